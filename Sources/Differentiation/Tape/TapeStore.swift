// Where tapes come from and go to: a store of used ones, and the one that the differential
// operators of this thread are recording on. It has never heard of records.

import AdjointSupport
import Synchronization

/// The tape of the innermost differential operator at work on this thread.
///
/// Operations find the tape in their operands; only the differential operators look here, so that a
/// call inside another one records on the same tape. A thread-local variable rather than a
/// `TaskLocal`: the differentiated closures are synchronous, so they stay on their thread, and a
/// task started inside one must not inherit a tape that belongs to another task.
enum CurrentTape {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    require(
      status == 0,
      "a tape: the system has no thread-local key left (error \(status)). Use fewer of them.")
    return key
  }()

  static var value: Tape? {
    guard let address = pthread_getspecific(key) else { return nil }
    return Unmanaged<Tape>.fromOpaque(address).takeUnretainedValue()
  }

  /// Makes `tape` the current one while `body` runs.
  @inline(__always)
  static func with<R, E: Error>(_ tape: Tape?, _ body: () throws(E) -> R) throws(E) -> R {
    let previous = pthread_getspecific(key)
    pthread_setspecific(key, tape.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
    defer { pthread_setspecific(key, previous) }
    return try withExtendedLifetime(tape) { () throws(E) -> R in try body() }
  }
}

/// Keeps headers and the tapes of the differential operators for reuse.
enum TapeStore {
  /// The largest buffer that outlives the tape that grew it: enough for ten million operations.
  static let keptBytes = 256 << 20

  // `@unchecked Sendable`, both: a header or a tape in the store is referenced by the store alone.
  private struct Headers: @unchecked Sendable {
    var free: [UnsafeMutablePointer<TapeHeader>] = []
  }
  private struct Tapes: @unchecked Sendable {
    var free: [Tape] = []
  }
  private static let headers = Mutex(Headers())
  private static let tapes = Mutex(Tapes())

  static func takeHeader() -> UnsafeMutablePointer<TapeHeader> {
    headers.withLock { $0.free.popLast() } ?? TapeHeader.make()
  }

  static func give(_ header: UnsafeMutablePointer<TapeHeader>) {
    let pooled = Headers(free: [header])
    headers.withLock { $0.free.append(contentsOf: pooled.free) }
  }

  static func takeTape() -> Tape {
    let taken = tapes.withLock { Tapes(free: $0.free.popLast().map { [$0] } ?? []) }
    guard let tape = taken.free.first else { return Tape() }
    tape.header.takeOver()
    return tape
  }

  static func give(_ tape: Tape) {
    tape.reset()
    let pooled = Tapes(free: [tape])
    tapes.withLock { if $0.free.count < 16 { $0.free.append(contentsOf: pooled.free) } }
  }
}
