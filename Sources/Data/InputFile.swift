// How a file is opened and read without trusting its size, its kind or its presence. It has never
// heard of any format.

import Foundation

/// An open regular file, closed when the value goes.
struct InputFile: ~Copyable {
  let path: String
  /// The size in bytes when the file was opened.
  let size: Int
  private let descriptor: Int32

  /// Opens the file at `path`.
  ///
  /// - Parameter limit: the largest size accepted; nil means the memory of this machine, since an
  ///   allocation beyond that would end the program instead of throwing.
  init(_ path: String, limit: Int? = nil) throws(DataError) {
    (descriptor, size) = try InputFile.open(path, limit: limit ?? InputFile.memoryOfThisMachine)
    self.path = path
  }

  private static func open(
    _ path: String, limit: Int
  ) throws(DataError) -> (descriptor: Int32, size: Int) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw DataError(
        .unreadable, file: path, problem: "this is not a path", remedy: "Pass the path of a file.")
    }
    let descriptor: Int32
    do throws(System.Failure) {
      descriptor = try System.openForReading(path)
    } catch {
      throw unreadable(path, error)
    }
    do throws(DataError) {
      return (descriptor, try checkedSize(of: descriptor, path, limit: limit))
    } catch {
      // There is no value yet whose `deinit` could close it.
      try? System.close(descriptor)
      throw error
    }
  }

  private static func checkedSize(
    of descriptor: Int32, _ path: String, limit: Int
  ) throws(DataError) -> Int {
    let status: System.Status
    do throws(System.Failure) {
      status = try System.status(of: descriptor)
    } catch {
      throw unreadable(path, error)
    }
    guard status.isRegular else {
      throw DataError(
        .unreadable, file: path,
        problem: status.isDirectory ? "is a directory, not a file" : "is not a regular file",
        remedy: "Pass the path of a file.")
    }
    guard status.size <= limit else {
      throw DataError(
        .tooLarge, file: path, problem: "has \(status.size) bytes, more than the limit of \(limit)",
        remedy: "Raise the limit if the file is trusted and memory allows.")
    }
    return status.size
  }

  deinit { try? System.close(descriptor) }

  static var memoryOfThisMachine: Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory)
  }

  /// Fills `buffer` from the bytes at `offset`.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(DataError) {
    let count: Int
    do throws(System.Failure) {
      count = try System.read(descriptor, into: buffer, at: offset)
    } catch {
      throw InputFile.unreadable(path, error)
    }
    guard count == buffer.count else {
      throw DataError(
        .unreadable, file: path, byteOffset: offset + count,
        problem: "the file ends here, although it had \(size) bytes when it was opened",
        remedy: "Wait until no other program writes to it.")
    }
  }

  /// The `count` bytes at `offset`, which must lie inside the file.
  func bytes(_ count: Int, at offset: Int) throws(DataError) -> [UInt8] {
    var failure: DataError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(DataError) {
        let part = UnsafeMutableRawBufferPointer(buffer)[..<count]
        try read(into: UnsafeMutableRawBufferPointer(rebasing: part), at: offset)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func unreadable(_ path: String, _ failure: System.Failure) -> DataError {
    let (problem, remedy) =
      switch failure.number {
      case ENOENT: ("no such file", "Check the path.")
      case ENOTDIR: ("a part of the path is not a directory", "Check the path.")
      case EACCES, EPERM: ("may not be read", "Change its permissions or run as another user.")
      case EMFILE, ENFILE: ("too many files are open", "Close some of them.")
      default: ("cannot be read (\(failure.text))", "Check the path and the disk.")
      }
    return DataError(.unreadable, file: path, problem: problem, remedy: remedy)
  }
}
