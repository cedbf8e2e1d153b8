// How a failure with a file is told. It has never heard of any format, nor of the file system: the
// parsers say what is wrong and where, the callers add the name of the file.

import AdjointArrays
import AdjointSupport

/// A file that could not be read, written, or understood.
///
/// The description is one line that says where, what and what to do:
///
///     weights.safetensors: byte 0: the header says 4294967296 bytes but the file has 1024. The
///     file is damaged or not a safetensors file.
///
/// (printed without the line break). A command-line tool may exit with status 66 on any of them.
public struct DataError: AdjointError, Equatable {
  /// What went wrong, coarsely: enough for a program to decide what to do next.
  public enum Kind: String, Sendable, Equatable, CaseIterable {
    /// The file is missing, is no regular file, may not be read, or the disk failed.
    case unreadable
    /// The file could not be written; what was there before is untouched.
    case unwritable
    /// The bytes do not follow their format: damaged, truncated, or another kind of file.
    case malformed
    /// The bytes follow their format, but use a part of it that is not supported.
    case unsupported
    /// The contents exceed the limit set by the caller or by the memory of the machine.
    case tooLarge
  }

  /// What went wrong, coarsely.
  public var kind: Kind

  /// The path of the file, or nil when the bytes came from memory.
  public var file: String?

  /// Where in the file, counted in bytes from its start, or nil if the problem has no position.
  public var byteOffset: Int?

  /// What was found, and what should have been there, as a phrase.
  public var problem: String

  /// What the reader of the message can do, as a sentence.
  public var remedy: String

  /// Creates an error.
  public init(
    _ kind: Kind, file: String? = nil, byteOffset: Int? = nil, problem: String, remedy: String
  ) {
    self.kind = kind
    self.file = file
    self.byteOffset = byteOffset
    self.problem = problem
    self.remedy = remedy
  }

  /// File, byte offset and problem: `file: byte offset: problem`.
  public var account: String {
    var line = ""
    if let file { line += file.isEmpty ? "\"\": " : "\(file.printable(limit: 1000)): " }
    if let byteOffset { line += "byte \(byteOffset): " }
    return line + problem
  }

  /// The same error, said of `file`, unless it already names one.
  func named(_ file: String) -> DataError {
    var error = self
    if error.file == nil { error.file = file }
    return error
  }

  static func malformed(at offset: Int?, _ problem: String, remedy: String) -> DataError {
    DataError(.malformed, byteOffset: offset, problem: problem, remedy: remedy)
  }

  static func unsupported(at offset: Int?, _ problem: String, remedy: String) -> DataError {
    DataError(.unsupported, byteOffset: offset, problem: problem, remedy: remedy)
  }

  static func tooLarge(at offset: Int?, _ problem: String, remedy: String) -> DataError {
    DataError(.tooLarge, byteOffset: offset, problem: problem, remedy: remedy)
  }
}

/// The product of `dimensions` and `unit`, or nil when it does not fit in an `Int`.
///
/// Zeros are left out while looking for overflow: `[0, 2^62, 2^62]` has no element, yet its strides
/// would overflow, and whether it is refused must not depend on the order of the dimensions.
func checkedProduct(_ dimensions: [Int], unit: Int) -> Int? {
  var product = unit
  var isEmpty = false
  for dimension in dimensions {
    guard dimension >= 0 else { return nil }
    if dimension == 0 {
      isEmpty = true
      continue
    }
    let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
    if overflow { return nil }
    product = next
  }
  return isEmpty ? 0 : product
}
