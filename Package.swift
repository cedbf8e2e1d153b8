// swift-tools-version: 6.2
import PackageDescription

// The library is compiled optimized in debug builds too: a debug `swift test` (or a program that
// depends on it) would otherwise spend its time in loops that are of no interest to a debugger.
//
// Dynamic exclusivity checks are off inside the library: they cost as much as recording an operation.
// What they would catch, two overlapping accesses to one stored property of a class, is kept out by
// construction (tapes belong to one task, everything shared is immutable) and by the debug-mode run
// of the tests with ADJOINT_EXCLUSIVITY=1.
let checksExclusivity = Context.environment["ADJOINT_EXCLUSIVITY"] != nil
let optimized: [SwiftSetting] = [
  .unsafeFlags(["-O"] + (checksExclusivity ? [] : ["-enforce-exclusivity=unchecked"]))
]

// Each instruction set is a target of its own, compiled from the same generic source. The choice
// between them is made at run time, so the package as a whole stays runnable on any x86-64.
// Set ADJOINT_BASELINE_ONLY=1 when cross-compiling with a toolchain that rejects these flags.
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

// The sets are found by the linker (why is told in Kernels.swift), so whatever is linked names them.
//
// Of the modules that are ready, SwiftPM starts the one whose name comes last in the alphabet. No
// module waits for the sets, so their names come before those of the modules in the chain from
// arrays to the executables.
let kernelSets = ["AdjointBaselineKernels", "AdjointAVX2Kernels", "AdjointAVX512Kernels"]
let linkedSets = kernelSets.map { Target.Dependency(stringLiteral: $0) }

let package = Package(
  name: "Adjoint",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "Adjoint", targets: ["Adjoint"] + kernelSets),
    .executable(name: "digits", targets: ["digits"]),
    // Not API: the benchmarks measure the limits of the hardware with the vectors of the kernels.
    .library(
      name: "_AdjointKernels",
      targets: ["AdjointKernels", "AdjointKernelCore", "AdjointElementary"]),
  ],
  targets: [
    // MARK: Public API, from the bottom up
    .target(
      name: "AdjointElementary",
      dependencies: ["AdjointSupport"],
      path: "Sources/Elementary", swiftSettings: optimized),
    .target(
      name: "AdjointArrays",
      dependencies: ["AdjointElementary", "AdjointKernels", "AdjointSupport"],
      path: "Sources/Arrays", swiftSettings: optimized),
    .target(
      name: "AdjointDifferentiation",
      dependencies: ["AdjointElementary", "AdjointArrays", "AdjointKernels", "AdjointSupport"],
      path: "Sources/Differentiation", swiftSettings: optimized),
    .target(
      name: "AdjointNetworks",
      dependencies: ["AdjointDifferentiation", "AdjointSupport"],
      path: "Sources/Networks", swiftSettings: optimized),
    .target(
      name: "AdjointOptimizers",
      dependencies: ["AdjointNetworks", "AdjointSupport"],
      path: "Sources/Optimizers", swiftSettings: optimized),
    .target(
      name: "AdjointData",
      dependencies: ["AdjointNetworks", "AdjointSupport"],
      path: "Sources/Data", swiftSettings: optimized),
    .target(
      name: "AdjointFigures",
      dependencies: ["AdjointSupport"],
      path: "Sources/Figures", swiftSettings: optimized),
    .target(
      name: "Adjoint",
      dependencies: [
        "AdjointElementary", "AdjointArrays", "AdjointDifferentiation", "AdjointNetworks",
        "AdjointOptimizers", "AdjointData", "AdjointFigures",
      ],
      path: "Sources/Adjoint"),

    // MARK: Implementation details
    .target(name: "AdjointSupport", path: "Sources/Support", swiftSettings: optimized),
    .target(
      name: "AdjointKernels", dependencies: ["AdjointElementary", "AdjointSupport"],
      path: "Sources/Kernels/Contract", swiftSettings: optimized),
    .target(
      name: "AdjointKernelCore",
      dependencies: ["AdjointElementary", "AdjointKernels", "AdjointSupport"],
      path: "Sources/Kernels/Core",
      // The compiler's own vector operations; why is told in Vectors.swift.
      swiftSettings: optimized + [.enableExperimentalFeature("BuiltinModule")]),
    .target(
      name: "AdjointBaselineKernels", dependencies: ["AdjointKernelCore"],
      path: "Sources/Kernels/Baseline", swiftSettings: optimized),
    .target(
      name: "AdjointAVX2Kernels", dependencies: ["AdjointKernelCore"],
      path: "Sources/Kernels/X86V3", swiftSettings: v3),
    .target(
      name: "AdjointAVX512Kernels", dependencies: ["AdjointKernelCore"],
      path: "Sources/Kernels/X86V4", swiftSettings: v4),

    // MARK: Executables
    .executableTarget(
      name: "digits", dependencies: ["Adjoint", "AdjointSupport"] + linkedSets,
      path: "Sources/digits"),
  ],
  swiftLanguageModes: [.v6]
)

// MARK: Test bundles, one per room

let rooms: [(name: String, dependencies: [Target.Dependency])] = [
  ("Support", ["AdjointSupport"]),
  ("Elementary", ["AdjointElementary"]),
  ("Kernels", ["AdjointKernels", "AdjointKernelCore", "AdjointElementary"]),
  ("Arrays", ["AdjointArrays"]),
  (
    "Differentiation",
    ["AdjointDifferentiation", "AdjointArrays", "AdjointElementary", "AdjointSupport"]
  ),
  ("Networks", ["Adjoint"]),
  ("Optimizers", ["Adjoint"]),
  ("Data", ["Adjoint", "AdjointSupport"]),
  ("Figures", ["Adjoint"]),
]
package.targets += [
  .testTarget(
    name: "digitsTests", dependencies: ["digits", "Adjoint"] + linkedSets,
    path: "Tests/DigitsTests"),
  .testTarget(
    name: "AdjointDocumentationTests", dependencies: ["Adjoint"] + linkedSets,
    path: "Tests/DocumentationTests"),
  // Every mistake of a caller, made in a process of its own.
  .testTarget(
    name: "AdjointMistakeTests", dependencies: ["Adjoint"] + linkedSets,
    path: "Tests/MistakeTests"),
  // Typical formulas, compiled with a warning for every expression that is slow to type-check.
  .testTarget(
    name: "AdjointCanaryTests", dependencies: ["Adjoint"] + linkedSets, path: "Tests/CanaryTests",
    swiftSettings: [
      .unsafeFlags(["-Xfrontend", "-warn-long-expression-type-checking=100"])
    ]),
]
for room in rooms {
  package.targets.append(
    .testTarget(
      name: "Adjoint\(room.name)Tests", dependencies: room.dependencies + linkedSets,
      path: "Tests/\(room.name)Tests"))
}
