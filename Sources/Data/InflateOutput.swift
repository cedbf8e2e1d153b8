// A growing buffer with a limit, made for the decoder beside it. It has never heard of blocks,
// codes or files.

/// Bytes that grow while they are decoded, never beyond `limit`.
///
/// The array is kept longer than its contents and doubled when full, so that a stream of many tiny
/// members stays linear and the decoder may write a few bytes past the end of a match.
struct InflateOutput {
  private(set) var storage: [UInt8]
  var count = 0
  let limit: Int

  /// A match of 258 bytes, and seven more that copying by eights may spill.
  static let slack = 258 + 8

  init(expecting capacity: Int, limit: Int) {
    self.limit = limit
    storage = [UInt8](repeating: 0, count: min(capacity, limit) + InflateOutput.slack)
  }

  mutating func grow() {
    let room = min(storage.count, limit + InflateOutput.slack - storage.count)
    storage.append(contentsOf: repeatElement(0, count: max(room, 0)))
  }

  mutating func withStorage<Result>(
    _ body: (UnsafeMutableBufferPointer<UInt8>, inout Int) throws(DataError) -> Result
  ) throws(DataError) -> Result {
    var reached = count
    defer { count = reached }
    return try storage.withUnsafeMutableBufferPointer { buffer throws(DataError) in
      try body(buffer, &reached)
    }
  }

  consuming func bytes() -> [UInt8] {
    storage.removeLast(storage.count - count)
    return storage
  }
}
