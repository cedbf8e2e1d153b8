// Lines that must not compile, each with what the compiler says about it. A compiler of its own
// type-checks them against the modules of this build.

import Foundation
import Testing

#if os(Linux)
  @Suite struct RefusalTests {
    /// Each line and a part of its message.
    private static let lines = [
      ("if x > 0 {}", "write x .> y for each element, x.item > y for one number"),
      ("if x.sum() < y.sum() {}", "write x .< y for each element"),
      ("_ = x == y", "write x .== y for each element"),
      ("_ = x != 0", "write x .!= y for each element"),
      ("_ = x >= eps", "write x .>= y for each element, x.item >= y for one number"),
      ("_ = x <= n", "write x .<= y for each element"),
      ("_ = x.T", "write x.transposed()"),
      ("_ = x ^ 2", "write pow(x, y), or x.squared()"),
      ("_ = x.reshape(1, 2)", "write x.reshaped(to: [2, 3])"),
      ("_ = x.view(1, 2)", "write x.reshaped(to: [2, 3])"),
      ("_ = x.unsqueeze(0)", "write x[.newAxis, .ellipsis]"),
      ("_ = x.detach()", "has been renamed to 'detached()'"),
      ("_ = x.grad", "gradients are returned"),
      ("x.backward()", "gradients are returned"),
      ("_ = x.item()", "write x.item, without parentheses"),
      ("_ = try gradient(at: x) { x in x.sum(); x.mean() }", "says `return` before its result"),
    ]

    @Test func mistakesAreToldWithARemedy() throws {
      let modules = Bundle.main.executableURL?.deletingLastPathComponent()
        .appending(path: "Modules").path
      let folder = FileManager.default.temporaryDirectory.appending(
        path: "adjoint-refusals-\(ProcessInfo.processInfo.processIdentifier)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let source = folder.appending(path: "lines.swift")
      let head = "import Adjoint\nlet x = Tensor([1, 2]), y = Tensor([3, 4]), n = 3, eps = 0.5\n"
      let body = Self.lines.enumerated().map { "func line\($0)() throws { \($1.0) }" }
      try (head + body.joined(separator: "\n")).write(to: source, atomically: true, encoding: .utf8)

      let compiler = Process()
      compiler.executableURL = URL(filePath: "/usr/bin/env")
      compiler.arguments =
        ["swiftc", "-typecheck", "-swift-version", "6", "-parse-as-library"]
        + ["-I", try #require(modules), source.path]
      let messages = Pipe()
      compiler.standardError = messages
      try compiler.run()
      let text = String(
        decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      compiler.waitUntilExit()
      #expect(compiler.terminationStatus == 1)
      let errors = text.split(separator: "\n").filter { $0.contains("lines.swift:") }
      for (index, line) in Self.lines.enumerated() {
        let own = errors.filter { $0.contains("lines.swift:\(index + 3):") }
        #expect(own.contains { $0.contains("error:") && $0.contains(line.1) }, "\(line.0): \(own)")
      }
    }
  }
#endif
