// The handwritten digits that travel inside the package, and whose they are. It has never heard of
// files: nothing is read at run time.

import AdjointArrays

/// 1797 handwritten digits of 8 x 8 pixels, embedded in the package.
///
/// The test part of *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak
/// (1998), UCI Machine Learning Repository, doi [10.24432/C50P49](https://doi.org/10.24432/C50P49),
/// licensed under [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). The gray levels are
/// unchanged, written as text, in their original order, which is also that of scikit-learn's
/// `load_digits`.
public enum Digits {
  /// The number of images.
  static let count = 1797

  /// The number of pixels along a side.
  static let side = 8

  /// The images as float32 of shape `[1797, 64]` from 0 to 1 (gray level / 16), with their labels.
  ///
  /// Takes about a millisecond in an optimized build; nothing is kept between calls.
  public static func load() -> LabeledImages {
    let pixelCount = side * side
    var labels: [Int] = []
    labels.reserveCapacity(count)
    let images = NDArray(uninitialized: [count, pixelCount], dtype: .float32) { target in
      var next = 0
      for data in [data1, data2] {
        data.withUTF8Buffer { text in
          // Label, space, 64 levels, line feed; the last line has none.
          let lineLength = 2 + pixelCount + 1
          for start in stride(from: 0, to: text.count, by: lineLength) {
            labels.append(level(text[start]))
            for pixel in 0..<pixelCount {
              target.storeBytes(
                of: Float(level(text[start + 2 + pixel])) / 16, toByteOffset: next, as: Float.self)
              next += 4
            }
          }
        }
      }
    }
    return LabeledImages(
      images: images, labels: labels, height: side, width: side,
      classNames: (0...9).map(String.init))
  }

  /// The value of a base-17 digit, `0` to `9` or `A` to `G`.
  private static func level(_ digit: UInt8) -> Int {
    Int(digit) - (digit <= UInt8(ascii: "9") ? 0x30 : 0x41 - 10)
  }
}
