// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that users of the library never build it. Its one dependency is the
// library beside it.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Adjoint", path: "..")],
  targets: [
    .executableTarget(
      name: "adjoint-benchmarks", dependencies: [.product(name: "Adjoint", package: "Adjoint")])
  ],
  swiftLanguageModes: [.v6]
)
