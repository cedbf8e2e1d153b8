// How to read a whole file, and how to replace one so that a reader, or a crash, sees either the
// old contents or the new. It has never heard of any format.

import AdjointSupport

/// Whole files, read with a size check and replaced in one step.
public enum AtomicFile {
  /// Reads the whole file at `path`.
  ///
  /// - Parameter limit: the largest size accepted in bytes; nil means the memory of this machine.
  /// - Throws: `DataError` of kind `unreadable` when the file is missing, a directory, or not
  ///   permitted; `tooLarge` before anything is allocated.
  public static func read(_ path: String, limit: Int? = nil) throws(DataError) -> [UInt8] {
    let file = try InputFile(path, limit: limit)
    return try file.bytes(file.size, at: 0)
  }

  /// Writes `bytes` to `path`, replacing what was there only when all of them are on the disk.
  ///
  /// - Throws: `DataError` of kind `unwritable`; the old file, if any, is then untouched.
  public static func write(_ bytes: [UInt8], to path: String) throws(DataError) {
    try write(to: path) { file throws(DataError) in
      try bytes.withUnsafeBufferPointer { bytes throws(DataError) in
        try file.append(UnsafeRawBufferPointer(bytes))
      }
    }
  }

  /// Writes `text` as UTF-8 to `path`, replacing what was there only when all of it is on the disk.
  ///
  /// - Throws: `DataError` of kind `unwritable`; the old file, if any, is then untouched.
  public static func write(_ text: String, to path: String) throws(DataError) {
    try write(Array(text.utf8), to: path)
  }

  /// Replaces the file at `path` with what `body` appends.
  ///
  /// The bytes go to a new file in the same directory (a rename is atomic only within one file
  /// system), which is flushed to the disk and then takes the name `path`. An existing file lends
  /// its permissions. When `path` is a symbolic link, the file it points to is replaced, not the
  /// link. When anything fails, also in `body`, the new file is removed.
  static func write(
    to path: String, body: (borrowing OutputFile) throws(DataError) -> Void
  ) throws(DataError) {
    let (target, permissions) = try destination(path)
    let file = try OutputFile(besides: target, named: path, permissions: permissions)
    do throws(DataError) {
      try body(file)
      try file.replace(target)
    } catch {
      file.remove()
      throw error
    }
    synchronizeDirectory(of: target)
  }

  private static func destination(_ path: String) throws(DataError) -> (String, mode_t?) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw DataError(
        .unwritable, file: path, problem: "this is not a path", remedy: "Pass the path of a file.")
    }
    let status: System.Status
    do throws(System.Failure) {
      status = try System.status(at: path)
    } catch {
      if error.number == ENOENT { return (path, nil) }
      throw OutputFile.unwritable(path, error)
    }
    // A rename would put a regular file in the place of a device or a pipe, such as /dev/null.
    guard status.isRegular else {
      throw DataError(
        .unwritable, file: path,
        problem: status.isDirectory ? "is a directory, not a file" : "is not a regular file",
        remedy: "Pass the path of a file.")
    }
    return (System.resolved(path) ?? path, status.permissions)
  }

  // Without this the rename itself may be lost when the power fails. File systems that cannot
  // flush a directory say so, and the file is complete either way: nothing to report.
  private static func synchronizeDirectory(of path: String) {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard let descriptor = try? System.openForReading(directory) else { return }
    try? System.synchronize(descriptor)
    try? System.close(descriptor)
  }
}

/// A file under a temporary name, on its way to replace another.
struct OutputFile: ~Copyable {
  /// The name that the user knows, for messages.
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32

  fileprivate init(
    besides target: String, named path: String, permissions: mode_t?
  ) throws(DataError) {
    // 64 random bits: the name is free, and if it is not, `create` refuses rather than overwrites.
    let name = "\(target).\(String(UInt64.random(in: .min ... .max), radix: 36)).partial"
    do throws(System.Failure) {
      // The process's mask decides, as for any new file.
      descriptor = try System.create(name, permissions: 0o666)
    } catch {
      throw OutputFile.unwritable(path, error)
    }
    self.path = path
    temporaryPath = name
    // Failing to copy permissions (a file of another owner) is no reason not to save.
    if let permissions { try? System.setPermissions(descriptor, permissions) }
  }

  deinit { try? System.close(descriptor) }

  /// Appends `bytes`.
  func append(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
    do throws(System.Failure) {
      try System.write(descriptor, bytes)
    } catch {
      throw OutputFile.unwritable(path, error)
    }
  }

  fileprivate func replace(_ target: String) throws(DataError) {
    do throws(System.Failure) {
      try System.synchronize(descriptor)
      try System.rename(temporaryPath, to: target)
    } catch {
      throw OutputFile.unwritable(path, error)
    }
  }

  fileprivate func remove() { System.remove(temporaryPath) }

  fileprivate static func unwritable(_ path: String, _ failure: System.Failure) -> DataError {
    let (problem, remedy) =
      switch failure.number {
      case ENOENT: ("its directory does not exist", "Create the directory or check the path.")
      case ENOTDIR: ("a part of the path is not a directory", "Check the path.")
      case EACCES, EPERM:
        ("may not be written", "Change the permissions of its directory or choose another place.")
      case EROFS: ("lies on a file system that is read-only", "Choose another place.")
      case ENOSPC, EDQUOT: ("the disk is full", "Make room or choose another place.")
      case EMFILE, ENFILE: ("too many files are open", "Close some of them.")
      default: ("cannot be written (\(failure.text))", "Check the path and the disk.")
      }
    return DataError(.unwritable, file: path, problem: problem, remedy: remedy)
  }
}
