// Threads that wait for work. It has never heard of what the work is.
//
// To wake a sleeping thread takes 13 to 18 µs on the machine where this was measured, and 5 to 8 µs
// of the caller's own time; `concurrentPerform` pays that for every call, so that two pieces of 20
// µs took 55 µs with it. A training step is a row of operations of 10 to 200 µs. So a helper that
// has run out of work keeps looking for more for a while (the next call is taken up within 1 µs),
// and then sleeps; and a caller wakes sleepers only when it has seen from its first piece that this
// pays.

import AdjointSupport
import Dispatch
import Synchronization

/// Helpers of one caller at a time.
final class ThreadPool: Sendable {
  static let shared = ThreadPool()

  /// How long a helper looks for work before it sleeps, in nanoseconds.
  private static let patience: UInt64 = 100_000
  /// How much work must be left for sleepers to be woken, in nanoseconds; that of calls in close
  /// succession counts together.
  private static let worthWaking: UInt64 = 40_000

  private let isBusy = Atomic<Bool>(false)
  /// Goes up with every call.
  private let generation = Atomic<Int>(0)
  /// The generation whose pieces may be drawn, or 0.
  private let open = Atomic<Int>(0)
  /// The number of helpers that may hold the job.
  private let inside = Atomic<Int>(0)
  private let nextPiece = Atomic<Int>(0)
  private let content = Content()

  /// What the threads share.
  ///
  /// Sendable by hand: the job is written only while `open` is 0 and `inside` has been seen to be
  /// 0, and read by helpers only between entering (`inside` goes up), seeing `open` equal to the
  /// generation that they came for, and leaving. The list of helpers is touched only by the caller
  /// that holds `isBusy`.
  private final class Content: @unchecked Sendable {
    var body: (Int) -> Void = { _ in }
    var pieces = 0
    var helpers = 0
    var threads: [Helper] = []
    /// Work that calls in close succession have done without their sleeping helpers, in
    /// nanoseconds.
    var missed: UInt64 = 0
    var lastMiss: UInt64 = 0
  }

  private final class Helper: Sendable {
    let index: Int
    let isAsleep = Atomic<Bool>(false)
    let bell = DispatchSemaphore(value: 0)
    init(index: Int) { self.index = index }
  }

  // MARK: The caller

  /// Runs the body for all pieces; false if the pool is taken, and nothing has been run.
  func run(pieces: Int, helpers: Int, _ body: (Int) -> Void) -> Bool {
    guard !isBusy.exchange(true, ordering: .acquiring) else { return false }
    while content.threads.count < helpers { start() }
    withoutActuallyEscaping(body) { body in
      content.body = body
      content.pieces = pieces
      content.helpers = helpers
      nextPiece.store(0, ordering: .relaxed)
      let mine = generation.load(ordering: .relaxed) &+ 1
      open.store(mine, ordering: .sequentiallyConsistent)
      generation.store(mine, ordering: .sequentiallyConsistent)
      drainAndWake(pieces, helpers)
      open.store(0, ordering: .sequentiallyConsistent)
      var turns = 0
      while inside.load(ordering: .sequentiallyConsistent) > 0 {
        turns &+= 1
        // The helper may be waiting for this very processor.
        if turns & 1023 == 0 { yieldProcessor() }
      }
      content.body = { _ in }
    }
    isBusy.store(false, ordering: .releasing)
    return true
  }

  private func drainAndWake(_ pieces: Int, _ helpers: Int) {
    let sleepers = content.threads[..<helpers].contains {
      $0.isAsleep.load(ordering: .sequentiallyConsistent)
    }
    if sleepers {
      let begin = DispatchTime.now().uptimeNanoseconds
      let piece = nextPiece.wrappingAdd(1, ordering: .relaxed).oldValue
      if piece >= pieces { return }
      content.body(piece)
      let end = DispatchTime.now().uptimeNanoseconds
      let left = max(0, pieces &- nextPiece.load(ordering: .relaxed))
      if begin &- content.lastMiss > ThreadPool.patience { content.missed = 0 }
      content.lastMiss = end
      content.missed &+= (end &- begin) &* UInt64(left)
      if left > 0 && content.missed > ThreadPool.worthWaking {
        content.missed = 0
        for helper in content.threads[..<min(helpers, left)]
        where helper.isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
          helper.bell.signal()
        }
      }
    }
    drain()
  }

  private func drain() {
    while true {
      let piece = nextPiece.wrappingAdd(1, ordering: .relaxed).oldValue
      if piece >= content.pieces { return }
      content.body(piece)
    }
  }

  // MARK: The helpers

  private func start() {
    let helper = Helper(index: content.threads.count)
    content.threads.append(helper)
    let seen = generation.load(ordering: .relaxed)
    // A queue of its own is a thread of its own, on every platform.
    DispatchQueue(label: "adjoint.helper.\(helper.index)", qos: .userInitiated).async {
      self.help(as: helper, since: seen)
    }
  }

  private func help(as helper: Helper, since start: Int) -> Never {
    // More threads than processors must not compete for them by waiting.
    let patience = helper.index + 1 < Parallelism.available ? ThreadPool.patience : 0
    var seen = start
    while true {
      seen = nextGeneration(after: seen, helper, patience)
      inside.add(1, ordering: .sequentiallyConsistent)
      if open.load(ordering: .sequentiallyConsistent) == seen && helper.index < content.helpers {
        drain()
      }
      inside.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  private func nextGeneration(after seen: Int, _ helper: Helper, _ patience: UInt64) -> Int {
    var begin = DispatchTime.now().uptimeNanoseconds
    var turns = 0
    while true {
      let current = generation.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      turns &+= 1
      guard turns & 63 == 0, DispatchTime.now().uptimeNanoseconds &- begin >= patience else {
        continue
      }
      helper.isAsleep.store(true, ordering: .sequentiallyConsistent)
      // The one that takes the mark back first decides: this thread stays awake, or the caller
      // rings.
      if generation.load(ordering: .sequentiallyConsistent) == seen
        || !helper.isAsleep.exchange(false, ordering: .sequentiallyConsistent)
      {
        helper.bell.wait()
      }
      begin = DispatchTime.now().uptimeNanoseconds
    }
  }
}

/// Lets another thread run on this processor.
private func yieldProcessor() {
  #if canImport(ucrt)
    _ = DispatchSemaphore(value: 0).wait(timeout: .now())
  #else
    sched_yield()
  #endif
}
