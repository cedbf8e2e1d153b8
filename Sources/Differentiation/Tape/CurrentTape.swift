// What this file knows: which tape the differential operators of this thread are recording on.
//
// Operations find the tape in their operands; only the differential operators look here, so that a
// call inside another one records on the same tape. A thread-local variable rather than a
// `TaskLocal`: the differentiated closures are synchronous, so they stay on their thread, and a task
// started inside one must not inherit a tape that belongs to somebody else.

import AdjointSupport

enum CurrentTape {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key, nil)
    precondition(status == 0, "the system has no thread-local key left (error \(status))")
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
