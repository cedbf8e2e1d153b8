// How many bytes of memory the process occupies, as the system counts them.

#if canImport(Darwin)
  import Darwin
#else
  import Foundation
#endif

/// Bytes of the process in memory.
enum ResidentMemory {
  #if os(Linux)
    /// The bytes now.
    static var current: Int { field("VmRSS:") }

    /// The most bytes since the start or since ``resetPeak()``.
    static var peak: Int { field("VmHWM:") }

    /// Forgets the peak so far.
    static func resetPeak() {
      // Refused in some containers; the peak then includes what came before.
      try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    private static func field(_ name: String) -> Int {
      guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return 0 }
      let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
      guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return 0 }
      let words = line.split(whereSeparator: \.isWhitespace)
      return words.count > 1 ? 1024 * (Int(words[1]) ?? 0) : 0
    }
  #else
    /// The system here tells the peak of the whole run only.
    static var current: Int { peak }

    /// The most bytes since the start.
    static var peak: Int {
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : 0
    }

    /// Without effect.
    static func resetPeak() {}
  #endif
}
