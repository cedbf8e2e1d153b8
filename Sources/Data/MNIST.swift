// The names under which the four files of MNIST lie in a directory, and what must be true of them
// together. It has never heard of the bytes of a file.

import AdjointArrays

/// The MNIST handwritten digits, or a set of the same form such as Fashion-MNIST, read from IDX
/// files.
public struct MNIST: Sendable {
  /// The images to learn from.
  public let train: LabeledImages

  /// The images to judge by.
  public let test: LabeledImages

  /// Loads the four files from `directory`.
  ///
  /// Their names are `train-images`, `train-labels`, `t10k-images`, `t10k-labels`, followed by
  /// `-idx3-ubyte` (or `-idx1-ubyte`) or `.idx3-ubyte`, with or without `.gz`. Pixels become
  /// float32 from 0 to 1 (byte / 255).
  /// - Throws: `DataError` naming the file when one is missing, damaged, does not hold images or
  ///   labels from 0 to 9, or when the numbers of images and labels differ.
  public static func load(directory: String) throws(DataError) -> MNIST {
    let train = try load("train", in: directory)
    let test = try load("t10k", in: directory)
    guard train.height == test.height, train.width == test.width else {
      throw DataError(
        .malformed, file: directory,
        problem: """
          training images have \(train.height) x \(train.width) pixels, test images \
          \(test.height) x \(test.width)
          """,
        remedy: "Put the four files of one data set into the directory.")
    }
    return MNIST(train: train, test: test)
  }

  private static func load(
    _ part: String, in directory: String
  ) throws(DataError) -> LabeledImages {
    let imagesPath = try find("\(part)-images", "idx3-ubyte", in: directory)
    let labelsPath = try find("\(part)-labels", "idx1-ubyte", in: directory)
    let images = try IDX.load(contentsOf: imagesPath)
    let labels = try IDX.load(contentsOf: labelsPath)
    try check(images, rank: 3, "images", imagesPath)
    try check(labels, rank: 1, "labels", labelsPath)
    let count = images.dimensions[0]
    guard count == labels.dimensions[0] else {
      throw DataError(
        .malformed, file: labelsPath, byteOffset: 4,
        problem: "\(labels.dimensions[0]) labels for the \(count) images of \(imagesPath)",
        remedy: "Put the four files of one data set into the directory.")
    }
    if let index = labels.elements.firstIndex(where: { $0 > 9 }) {
      throw DataError(
        .malformed, file: labelsPath, byteOffset: index,
        problem: "label \(labels.elements[index]) is not from 0 to 9",
        remedy: "The file is damaged or belongs to another data set.")
    }
    let (height, width) = (images.dimensions[1], images.dimensions[2])
    return LabeledImages(
      images: try pixels(images, [count, height, width], imagesPath),
      labels: labels.elements.map(Int.init), height: height, width: width,
      classNames: (0...9).map(String.init))
  }

  private static func check(
    _ contents: IDX, rank: Int, _ subject: String, _ path: String
  ) throws(DataError) {
    guard contents.elementType == .uint8, contents.dimensions.count == rank else {
      throw DataError(
        .malformed, file: path, byteOffset: 2,
        problem: """
          \(subject) are bytes in \(rank) dimensions; this file holds \(contents.elementType) in \
          \(contents.dimensions.count)
          """,
        remedy: "Check that the files have not changed names.")
    }
  }

  private static func pixels(
    _ contents: IDX, _ dimensions: [Int], _ path: String
  ) throws(DataError) -> NDArray {
    // Empty dimensions pass the checks of IDX, whatever the others are, so the product of two of
    // them may still be too large for a shape.
    let shape: Shape
    do throws(ShapeError) {
      shape = try Shape(validating: dimensions)
    } catch {
      throw DataError(
        .unsupported, file: path, byteOffset: 4, problem: error.problem, remedy: error.remedy)
    }
    guard contents.elements.count <= InputFile.memoryOfThisMachine / 4 else {
      throw DataError(
        .tooLarge, file: path, byteOffset: 4,
        problem: "\(contents.elements.count) pixels as float32 exceed the memory of this machine",
        remedy: "Use fewer images.")
    }
    return NDArray(uninitialized: [shape[0], shape[1] * shape[2]], dtype: .float32) { target in
      contents.elements.withUnsafeBytes { source in
        for index in 0..<source.count {
          target.storeBytes(
            of: Float(source[index]) / 255, toByteOffset: index &* 4, as: Float.self)
        }
      }
    }
  }

  private static func find(
    _ name: String, _ ending: String, in directory: String
  ) throws(DataError) -> String {
    // Unpacked files first: they load faster.
    let names = ["", ".gz"].flatMap { ["\(name)-\(ending)\($0)", "\(name).\(ending)\($0)"] }
    for name in names {
      let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
      if let status = try? System.status(at: path), !status.isDirectory { return path }
    }
    guard (try? System.status(at: directory))?.isDirectory == true else {
      throw DataError(
        .unreadable, file: directory, problem: "no such directory", remedy: "Check the path.")
    }
    throw DataError(
      .unreadable, file: directory,
      problem: "holds none of \(names.joined(separator: ", "))",
      remedy: "Pass the directory that holds the four files of MNIST.")
  }
}
