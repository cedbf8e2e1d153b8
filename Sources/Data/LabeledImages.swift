// Images with labels, and how they are divided fairly. It has never heard of files, formats or
// models.

import AdjointArrays
import AdjointSupport

/// Images of one size, each with the number of its class.
public struct LabeledImages: Sendable {
  /// One image a row: float32 of shape `[count, height * width]`, from 0 to 1, row-major pixels.
  public let images: NDArray

  /// The class of each image, an index into `classNames`.
  public let labels: [Int]

  /// The number of pixels from top to bottom.
  public let height: Int

  /// The number of pixels from left to right.
  public let width: Int

  /// The names of the classes, in the order of their numbers.
  public let classNames: [String]

  /// The number of images.
  public var count: Int { labels.count }

  /// Creates a set of images.
  ///
  /// - Precondition: `images` has shape `[labels.count, height * width]`, and each label is an
  ///   index into `classNames`.
  public init(images: NDArray, labels: [Int], height: Int, width: Int, classNames: [String]) {
    let area = height.multipliedReportingOverflow(by: width)
    require(
      images.rank == 2 && images.shape[0] == labels.count && height >= 0 && width >= 0
        && !area.overflow && images.shape[1] == area.partialValue,
      "LabeledImages: images of shape \(images.shape) are not \(labels.count) rows of \(height) x "
        + "\(width) pixels. Pass one row of pixels for each label.")
    for (position, label) in labels.enumerated() {
      require(
        classNames.indices.contains(label),
        "LabeledImages: label \(label) at position \(position) is not one of the "
          + "\(classNames.count) classes. Labels count from 0.")
    }
    self.images = images
    self.labels = labels
    self.height = height
    self.width = width
    self.classNames = classNames
  }

  /// The images at `indices`, in that order; an index may occur more than once.
  ///
  /// - Precondition: each index is in `0 ..< count`.
  public func subset(_ indices: [Int]) -> LabeledImages {
    for index in indices {
      require(
        index >= 0 && index < count,
        "subset: there is no image \(index) among \(count). Indices count from 0, below `count`.")
    }
    let rowSize = height * width * images.dtype.byteCount
    let rows = images.withUnsafeContiguousBytes { source in
      NDArray(uninitialized: [indices.count, height * width], dtype: images.dtype) { target in
        guard rowSize > 0 else { return }
        for (row, index) in indices.enumerated() {
          let source = UnsafeRawBufferPointer(
            rebasing: source[(index * rowSize)..<((index + 1) * rowSize)])
          UnsafeMutableRawBufferPointer(rebasing: target[(row * rowSize)...])
            .copyMemory(from: source)
        }
      }
    }
    return LabeledImages(
      images: rows, labels: indices.map { labels[$0] }, height: height, width: width,
      classNames: classNames)
  }

  /// Divides the images at random into parts that each have the classes in the same proportion.
  ///
  /// Every image is in exactly one part. A class of n images gives part k either the floor of
  /// `n * fractions[k]` or one more. The images that are left over go to the parts that still lack
  /// some from the classes before, so that the sizes of the parts stay proportional too. Each part
  /// is in random order.
  ///
  /// ```swift
  /// let parts = Digits.load().stratifiedSplit([0.7, 0.15, 0.15], using: &generator)
  /// ```
  ///
  /// - Precondition: no fraction is negative and their sum is 1.
  public func stratifiedSplit(
    _ fractions: [Double], using generator: inout some RandomNumberGenerator
  ) -> [LabeledImages] {
    var members = [[Int]](repeating: [], count: classNames.count)
    for (index, label) in labels.enumerated() { members[label].append(index) }
    return divided(members, fractions, using: &generator).map(subset)
  }
}
