// A model to a file and back: the same bits, or an error and nothing changed.

import Adjoint
import Foundation
import Testing

private struct Net: Model {
  var hidden: Linear
  var output: Linear
  @Untrained var mean: Tensor

  init(width: Int, seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    hidden = Linear(inputs: 3, outputs: width, using: &generator)
    output = Linear(inputs: width, outputs: 2, using: &generator)
    _mean = Untrained(wrappedValue: Tensor([0.25, -0.0]))
  }
}

@Suite struct ModelFilesTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/net.safetensors")
  }

  private func bits(_ model: Net) -> [[UInt32]] {
    model.state.map { $0.value.floats.map(\.bitPattern) }
  }

  @Test func roundTripKeepsEveryBit() throws {
    try inFolder { path in
      let saved = Net(width: 5, seed: 1)
      try saved.save(to: path, metadata: ["epoch": "7"])
      var loaded = Net(width: 5, seed: 2)
      #expect(bits(loaded) != bits(saved))
      #expect(try loaded.load(from: path) == ["epoch": "7"])
      #expect(bits(loaded) == bits(saved))
      #expect(
        try Safetensors.load(contentsOf: path).tensors.map(\.name).sorted()
          == ["hidden.bias", "hidden.weight", "mean", "output.bias", "output.weight"])
    }
  }

  @Test func anotherModelIsRefusedAndNothingChanges() throws {
    try inFolder { path in
      try Net(width: 5, seed: 1).save(to: path)
      var other = Net(width: 4, seed: 2)
      let before = bits(other)
      let error = try #require(throws: DataError.self) { try other.load(from: path) }
      #expect(error.kind == .malformed)
      #expect(error.description.contains("hidden.weight has shape [3, 5], not [3, 4], and 2 more"))
      #expect(bits(other) == before)
    }
  }

  @Test func damagedAndMissingFilesChangeNothing() throws {
    try inFolder { path in
      var model = Net(width: 5, seed: 1)
      let before = bits(model)
      #expect(throws: DataError.self) { try model.load(from: path) }
      try model.save(to: path)
      let whole = try AtomicFile.read(path)
      for count in [0, 7, 8, whole.count / 2, whole.count - 1] {
        try AtomicFile.write(Array(whole.prefix(count)), to: path)
        #expect(throws: DataError.self) { try model.load(from: path) }
        #expect(bits(model) == before)
      }
      // A file that cannot be written leaves the old one.
      try AtomicFile.write(whole, to: path)
      #expect(throws: DataError.self) { try model.save(to: path + "/below/a/file") }
      #expect(try AtomicFile.read(path) == whole)
    }
  }
}
