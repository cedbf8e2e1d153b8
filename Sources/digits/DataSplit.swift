// Where the images come from and how they are divided. It has never heard of models.

import Adjoint
import AdjointSupport

/// The images of a run: to learn from, to decide when to stop, and to judge by.
struct DataSplit {
  /// What the images are, such as `1,797 handwritten digits`.
  var name: String
  var train: LabeledImages
  var validation: LabeledImages
  var test: LabeledImages

  /// The digits inside the package, divided at random into 80, 10 and 10 percent of every class.
  static func embedded(using generator: inout RandomGenerator) -> DataSplit {
    let images = Digits.load()
    let parts = images.stratifiedSplit([0.8, 0.1, 0.1], using: &generator)
    return DataSplit(
      name: "\(NumberText.grouped(images.count)) handwritten digits", train: parts[0],
      validation: parts[1], test: parts[2])
  }

  /// MNIST from a directory: its own test images, and a twelfth of the others for validation.
  static func mnist(
    _ directory: String, using generator: inout RandomGenerator
  ) throws(DataError) -> DataSplit {
    let images = try MNIST.load(directory: directory)
    for (part, count) in [("training", images.train.count), ("test", images.test.count)]
    where count < 12 * images.train.classNames.count {
      throw DataError(
        .malformed, file: directory, problem: "holds only \(count) \(part) images",
        remedy: "Pass the directory of a complete data set.")
    }
    guard images.train.height * images.train.width > 0 else {
      throw DataError(
        .malformed, file: directory, problem: "the images have no pixels",
        remedy: "Pass the directory of a complete data set.")
    }
    let parts = images.train.stratifiedSplit([11.0 / 12, 1.0 / 12], using: &generator)
    return DataSplit(
      name: "MNIST, \(NumberText.grouped(images.train.count + images.test.count)) digits",
      train: parts[0], validation: parts[1], test: images.test)
  }
}
