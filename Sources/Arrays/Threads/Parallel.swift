// How to run independent pieces of work on several threads. The threads themselves are in
// ThreadPool.
//
// Work is cut into pieces by shape alone, never by the number of threads, and no piece
// reads what another writes. So the bits of a result do not depend on the number of threads.

import AdjointSupport
import Synchronization

/// How many threads array operations may use.
public enum Parallelism {
  /// The most threads that one operation uses, at least 1.
  ///
  /// At the start this is the number in the environment variable `ADJOINT_THREADS`, or else the
  /// number of processors that the process may run on. Results do not depend on it, bit for bit.
  public static var limit: Int {
    get { storedLimit.load(ordering: .relaxed) }
    set { storedLimit.store(max(1, newValue), ordering: .relaxed) }
  }

  /// The number of processors that the process may run on.
  public static var available: Int {
    #if os(Linux)
      if let count = allowedByAffinity() { return count }
    #endif
    #if canImport(ucrt)
      return 1
    #else
      return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    #endif
  }

  #if os(Linux)
    /// The number of processors in the mask that the kernel keeps for this process.
    ///
    /// Read from its text form, since the function that would return it is not in Swift's view of
    /// the C library.
    private static func allowedByAffinity() -> Int? {
      guard let file = fopen("/proc/self/status", "r") else { return nil }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 4096)
      let label = "Cpus_allowed:"
      while fgets(&line, Int32(line.count), file) != nil {
        let text = String(
          decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard text.hasPrefix(label) else { continue }
        let count = text.dropFirst(label.count).reduce(0) {
          $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount
        }
        return count > 0 ? count : nil
      }
      return nil
    }
  #endif

  private static let storedLimit = Atomic<Int>(environmentNumber("ADJOINT_THREADS") ?? available)
}

/// Runs the body for every piece from 0, on as many threads as allowed, and returns when all is
/// done.
///
/// Threads draw the next piece from a counter: pieces may be uneven, and a thread that starts late
/// holds up no other. A call from within a piece, or while another call runs, uses one thread.
package func parallelFor(pieces: Int, _ body: (Int) -> Void) {
  let helpers = pieces > 1 ? min(Parallelism.limit, pieces) - 1 : 0
  if helpers > 0 && ThreadPool.shared.run(pieces: pieces, helpers: helpers, body) { return }
  for piece in 0..<max(pieces, 0) { body(piece) }
}

/// The rounded-up quotient of non-negative numbers.
@inline(__always)
func ceilingQuotient(_ a: Int, _ b: Int) -> Int { a == 0 ? 0 : (a &- 1) / b &+ 1 }
