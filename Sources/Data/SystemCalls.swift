// The few system calls that files need, under names of their own, with interrupted calls repeated
// and error numbers turned into sentences. It has never heard of formats.

import AdjointSupport

/// POSIX calls that repeat when a signal interrupts them and give back `errno` at once, before
/// anything else can change it.
enum System {
  struct Failure: Error {
    var number: Int32

    var text: String { String(cString: strerror(number)) }
  }

  struct Status {
    var isDirectory: Bool
    var isRegular: Bool
    var size: Int
    var permissions: mode_t
  }

  static func openForReading(_ path: String) throws(Failure) -> Int32 {
    // O_NONBLOCK: opening a named pipe would otherwise wait for a writer, perhaps for ever. It has
    // no effect on regular files, and everything else is refused.
    try repeated { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
  }

  static func create(_ path: String, permissions: mode_t) throws(Failure) -> Int32 {
    try repeated { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions) }
  }

  static func status(of descriptor: Int32) throws(Failure) -> Status {
    var record = stat()
    _ = try repeated { fstat(descriptor, &record) }
    return Status(record)
  }

  static func status(at path: String) throws(Failure) -> Status {
    var record = stat()
    _ = try repeated { stat(path, &record) }
    return Status(record)
  }

  /// Reads until `buffer` is full or the file ends; returns how many bytes were read.
  static func read(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(Failure) -> Int {
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      // One call moves at most 2 GiB on Linux and fails beyond that on Darwin.
      let step = min(buffer.count - done, 1 << 30)
      let count = try repeated { pread(descriptor, base + done, step, off_t(offset + done)) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let step = min(bytes.count - done, 1 << 30)
      done += try repeated { unistdWrite(descriptor, base + done, step) }
    }
  }

  static func synchronize(_ descriptor: Int32) throws(Failure) {
    _ = try repeated { fsync(descriptor) }
  }

  static func setPermissions(_ descriptor: Int32, _ permissions: mode_t) throws(Failure) {
    _ = try repeated { fchmod(descriptor, permissions) }
  }

  // Not repeated: after an interrupted close the descriptor is gone, and a second call could close
  // one that another thread has just opened.
  static func close(_ descriptor: Int32) throws(Failure) {
    if unistdClose(descriptor) != 0 && errno != EINTR { throw Failure(number: errno) }
  }

  static func rename(_ source: String, to target: String) throws(Failure) {
    _ = try repeated { stdioRename(source, target) }
  }

  static func remove(_ path: String) { _ = unlink(path) }

  /// The path without symbolic links, or nil when there is nothing at `path`.
  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func repeated<Result: SignedInteger>(
    _ call: () -> Result
  ) throws(Failure) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let number = errno
      if number != EINTR { throw Failure(number: number) }
    }
  }
}

extension System.Status {
  fileprivate init(_ record: stat) {
    let kind = record.st_mode & S_IFMT
    isDirectory = kind == S_IFDIR
    isRegular = kind == S_IFREG
    size = Int(record.st_size)
    permissions = record.st_mode & 0o7777
  }
}

// Inside `System` the bare names would mean its own functions.
private func unistdWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

private func unistdClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

private func stdioRename(_ source: String, _ target: String) -> Int32 { rename(source, target) }
