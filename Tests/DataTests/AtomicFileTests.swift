// What is on the disk before and after files are replaced.

import Foundation
import Testing

@testable import AdjointData

@Suite struct AtomicFileTests {
  private func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  @Test func writtenBytesReadBack() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      var generator = Seeded(6)
      for count in [0, 1, 100_000, 3] {
        let bytes = generator.bytes(count)
        try AtomicFile.write(bytes, to: path)
        #expect(try AtomicFile.read(path) == bytes)
      }
      try AtomicFile.write("é\n", to: path)
      #expect(try AtomicFile.read(path) == [0xc3, 0xa9, 0x0a])
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write("old", to: path)
      let stop = DataError(.unwritable, problem: "stopped half way", remedy: "none")
      let error = try failure {
        try AtomicFile.write(to: path) { file throws(DataError) in
          try [UInt8](repeating: 1, count: 10_000).withUnsafeBufferPointer {
            bytes throws(DataError) in
            try file.append(UnsafeRawBufferPointer(bytes))
          }
          throw stop
        }
      }
      #expect(error == stop)
      #expect(try AtomicFile.read(path) == Array("old".utf8))
      #expect(try names(in: directory) == ["file"])
      // The same where there was no old file.
      _ = try failure {
        try AtomicFile.write(to: path + "2") { _ throws(DataError) in throw stop }
      }
      #expect(try names(in: directory) == ["file"])
    }
  }

  /// A directory that takes the target's name while the file is written makes the rename itself
  /// fail.
  @Test func aFailedRenameRemovesTheNewFile() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      let error = try failure {
        try AtomicFile.write(to: path) { _ throws(DataError) in
          try? FileManager.default.createDirectory(
            atPath: path + "/inside", withIntermediateDirectories: true)
        }
      }
      #expect(error.kind == .unwritable && error.file == path)
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func unreadableFilesSayWhy() throws {
    try withTemporaryDirectory { directory in
      func problem(_ path: String, limit: Int? = nil) throws -> (DataError.Kind, String) {
        let error = try failure { try AtomicFile.read(path, limit: limit) }
        #expect(error.file == path)
        return (error.kind, error.problem)
      }
      #expect(try problem(directory + "/none") == (.unreadable, "no such file"))
      #expect(try problem(directory) == (.unreadable, "is a directory, not a file"))
      #expect(try problem("") == (.unreadable, "this is not a path"))
      #expect(try problem("a\0b") == (.unreadable, "this is not a path"))
      #expect(try problem("/dev/null") == (.unreadable, "is not a regular file"))
      let path = directory + "/file"
      try AtomicFile.write([1, 2, 3], to: path)
      #expect(try AtomicFile.read(path, limit: 3) == [1, 2, 3])
      #expect(
        try problem(path, limit: 2) == (.tooLarge, "has 3 bytes, more than the limit of 2"))
      #expect(
        try problem(path + "/x") == (.unreadable, "a part of the path is not a directory"))
      // The administrator may read everything.
      if geteuid() != 0 {
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(try problem(path) == (.unreadable, "may not be read"))
      }
    }
  }

  /// The pipe has no writer, and opening it must not wait for one.
  @Test func namedPipesAreRefusedAtOnce() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let reading = try failure { try AtomicFile.read(path) }
      #expect(reading.problem == "is not a regular file")
      let writing = try failure { try AtomicFile.write("x", to: path) }
      #expect(writing.problem == "is not a regular file")
    }
  }

  @Test func unwritablePathsSayWhy() throws {
    try withTemporaryDirectory { directory in
      func problem(_ path: String) throws -> String {
        let error = try failure { try AtomicFile.write("x", to: path) }
        #expect(error.kind == .unwritable && error.file == path)
        return error.problem
      }
      #expect(try problem(directory + "/none/file") == "its directory does not exist")
      #expect(try problem(directory) == "is a directory, not a file")
      #expect(try problem("") == "this is not a path")
      #expect(try problem("/dev/null") == "is not a regular file")
      try AtomicFile.write("x", to: directory + "/file")
      #expect(try problem(directory + "/file/x") == "a part of the path is not a directory")
      if geteuid() != 0 {
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: directory)
        #expect(try problem(directory + "/file") == "may not be written")
      }
    }
  }

  @Test func permissionsAndLinksSurvive() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      let link = directory + "/link"
      try AtomicFile.write("old", to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
      try AtomicFile.write("new", to: link)
      #expect(try AtomicFile.read(path) == Array("new".utf8))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
      #expect(
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    }
  }

  @Test func readingPastTheEndIsAnErrorNotAGap() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write([1, 2, 3], to: path)
      let file = try InputFile(path)
      #expect(try file.bytes(2, at: 1) == [2, 3])
      do throws(DataError) {
        Issue.record("read \(try file.bytes(3, at: 1))")
      } catch {
        #expect(error.kind == .unreadable && error.byteOffset == 3)
      }
    }
  }

  #if os(Linux)
    /// Failing and succeeding, a thousand times: a process may have 1024 files open.
    @Test func noDescriptorIsLeaked() throws {
      try withTemporaryDirectory { directory in
        try AtomicFile.write("x", to: directory + "/file")
        func countOfOpen() throws -> Int {
          try names(in: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?
              .hasPrefix(directory) == true
          }.count
        }
        for _ in 0..<20 {
          _ = try? AtomicFile.read(directory)
          _ = try? AtomicFile.read(directory + "/file", limit: 0)
          _ = try? AtomicFile.read(directory + "/file")
          _ = try? AtomicFile.write("y", to: directory + "/file")
        }
        #expect(try countOfOpen() == 0)
      }
    }
  #endif
}
