// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of the library never build it. Its one dependency is the
// library beside it.

// The loops that measure the limits of the hardware are compiled once for each instruction set, with
// the same flags as the kernels they are compared with.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"])]
#if arch(x86_64)
  let wideSets = Context.environment["ADJOINT_BASELINE_ONLY"] == nil
#else
  let wideSets = false
#endif
let v3 =
  optimized
  + (wideSets ? [.unsafeFlags(["-Xcc", "-march=x86-64-v3"]), .define("ADJOINT_WIDE")] : [])
let v4 =
  optimized
  + (wideSets
    ? [
      .unsafeFlags(["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]),
      .define("ADJOINT_WIDE"),
    ]
    : [])
let kernels = Target.Dependency.product(name: "_AdjointKernels", package: "Adjoint")

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Adjoint", path: "..")],
  targets: [
    .executableTarget(
      name: "adjoint-benchmarks",
      dependencies: [
        .product(name: "Adjoint", package: "Adjoint"), kernels,
        "LimitLoops", "LimitLoopsBaseline", "LimitLoopsX86V3", "LimitLoopsX86V4",
      ]),
    .target(
      name: "LimitLoops", dependencies: [kernels], path: "Sources/LimitLoops/Core",
      swiftSettings: optimized),
    .target(
      name: "LimitLoopsBaseline", dependencies: ["LimitLoops"],
      path: "Sources/LimitLoops/Baseline", swiftSettings: optimized),
    .target(
      name: "LimitLoopsX86V3", dependencies: ["LimitLoops"], path: "Sources/LimitLoops/X86V3",
      swiftSettings: v3),
    .target(
      name: "LimitLoopsX86V4", dependencies: ["LimitLoops"], path: "Sources/LimitLoops/X86V4",
      swiftSettings: v4),
  ],
  swiftLanguageModes: [.v6]
)
