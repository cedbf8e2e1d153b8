// How the program's files come to be whole or not at all. It has never heard of what is in them.

import Adjoint
import AdjointSupport

enum OutputFiles {
  /// Says before the work, not after it, that a file cannot be written.
  ///
  /// The real writing can still fail; this finds the usual mistakes while nothing is lost.
  static func check(_ path: String) throws(DataError) {
    func refusal(_ problem: String, _ remedy: String) -> DataError {
      DataError(.unwritable, file: path, problem: problem, remedy: remedy)
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw refusal("is not a regular file", "Pass the path of a file.")
    }
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let isThere = stat(directory, &status) == 0
    if !isThere && errno == ENOENT {
      throw refusal("its directory does not exist", "Create the directory or check the path.")
    }
    if isThere ? status.st_mode & S_IFMT != S_IFDIR : errno == ENOTDIR {
      throw refusal("a part of the path is not a directory", "Check the path.")
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw refusal(
        "may not be written", "Change the permissions of its directory or choose another place.")
    }
  }

  /// Writes a file while Ctrl-C waits.
  static func write(_ body: () throws(DataError) -> Void) throws(DataError) {
    try Terminal.isWritingFiles.withLock { _ throws(DataError) in try body() }
  }
}
