// A data set of two training images and one test image, in every disguise.

import AdjointArrays
import Testing

@testable import AdjointData

@Suite struct MNISTTests {
  private static let good: [String: [UInt8]] = [
    "train-images": idx(0x08, [2, 2, 3], [0, 51, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    "train-labels": idx(0x08, [2], [9, 0]),
    "t10k-images": idx(0x08, [1, 2, 3], [1, 1, 1, 1, 1, 1]),
    "t10k-labels": idx(0x08, [1], [5]),
  ]

  /// Writes the four files, some of them replaced, and loads them.
  private func load(
    replacing replacements: [String: [UInt8]] = [:], separator: String = "-",
    compressed: Bool = false
  ) throws -> MNIST {
    try withTemporaryDirectory { directory in
      for (name, bytes) in MNISTTests.good.merging(replacements, uniquingKeysWith: { $1 }) {
        let kind = name.hasSuffix("images") ? "idx3-ubyte" : "idx1-ubyte"
        let path = "\(directory)/\(name)\(separator)\(kind)\(compressed ? ".gz" : "")"
        if !bytes.isEmpty { try AtomicFile.write(compressed ? gzipStored(bytes) : bytes, to: path) }
      }
      return try MNIST.load(directory: directory)
    }
  }

  @Test(arguments: ["-", "."], [false, true])
  func loadsEverySpellingOfTheNames(_ separator: String, _ compressed: Bool) throws {
    let mnist = try load(separator: separator, compressed: compressed)
    #expect(mnist.train.labels == [9, 0] && mnist.test.labels == [5])
    #expect(mnist.train.height == 2 && mnist.train.width == 3)
    #expect(mnist.train.images.shape == [2, 6] && mnist.train.images.dtype == .float32)
    // 51 / 255 = 1/5.
    #expect(mnist.train.images.values(as: Float.self).prefix(3) == [0, 0.2, 1])
  }

  @Test func missingFilesAreUnreadable() throws {
    for name in MNISTTests.good.keys {
      let error = try failure { try load(replacing: [name: []]) }
      #expect(error.kind == .unreadable && error.problem.contains(name))
    }
    let error = try failure { try MNIST.load(directory: "/no/such/directory") }
    #expect(error.kind == .unreadable && error.problem == "no such directory")
  }

  @Test(arguments: [
    ("train-labels", idx(0x08, [3], [1, 2, 3]), "3 labels for the 2 images"),
    ("train-labels", idx(0x08, [2], [1, 10]), "label 10 is not from 0 to 9"),
    ("train-labels", idx(0x08, [2, 1], [1, 1]), "labels are bytes in 1 dimensions"),
    ("train-images", idx(0x08, [2, 6], [UInt8](0..<12)), "images are bytes in 3 dimensions"),
    ("train-images", idx(0x09, [2, 2, 3], [UInt8](0..<12)), "images are bytes"),
    ("t10k-images", idx(0x08, [1, 3, 2], [UInt8](0..<6)), "training images have 2 x 3 pixels"),
  ])
  func setsThatDoNotFitTogetherAreMalformed(
    _ name: String, _ bytes: [UInt8], _ problem: String
  ) throws {
    let error = try failure { try load(replacing: [name: bytes]) }
    #expect(error.kind == .malformed && error.problem.contains(problem))
  }

  @Test func theOffendingLabelIsPointedAt() throws {
    let error = try failure {
      try load(replacing: ["train-labels": idx(0x08, [2], [1, 10])])
    }
    #expect(error.byteOffset == 9)
  }
}
