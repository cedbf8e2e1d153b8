// Where the program's words go, what a terminal can show, and how Ctrl-C ends a program. It has
// never heard of training.

import Adjoint
import AdjointSupport
import Dispatch
import Synchronization

/// The outside of the program: two streams to write to, and a clock.
///
/// A value made of closures, so that tests can listen.
struct Terminal {
  /// Writes results.
  var writeOutput: (String) -> Void
  /// Writes progress and errors.
  var writeError: (String) -> Void
  /// How progress is shown.
  var progressStyle: ProgressBar.Style
  /// Whether block characters can be shown.
  var hasBlocks: Bool
  /// The time since some moment.
  var now: () -> Duration

  /// What listens for Ctrl-C, for as long as this value lives.
  private var interruptions: [any DispatchSourceSignal] = []

  init(
    writeOutput: @escaping (String) -> Void, writeError: @escaping (String) -> Void,
    progressStyle: ProgressBar.Style, hasBlocks: Bool, now: @escaping () -> Duration
  ) {
    self.writeOutput = writeOutput
    self.writeError = writeError
    self.progressStyle = progressStyle
    self.hasBlocks = hasBlocks
    self.now = now
  }

  /// Standard output, standard error, and what the environment says about them.
  static func system() -> Terminal {
    let start = ContinuousClock.now
    var terminal = Terminal(
      writeOutput: { write($0, to: STDOUT_FILENO) }, writeError: { write($0, to: STDERR_FILENO) },
      progressStyle: isatty(STDERR_FILENO) == 1 ? .terminal(columns: columns()) : .plain,
      hasBlocks: hasUnicode(), now: { ContinuousClock.now - start })
    // A reader that goes away, as in `digits | head -1`, must not keep the report from being
    // written.
    signal(SIGPIPE, SIG_IGN)
    terminal.interruptions = [SIGINT, SIGTERM].map { endProgram(on: $0) }
    return terminal
  }

  /// Writes to a file descriptor until all is written; a reader that has gone away is no error.
  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let count = systemWrite(descriptor, base + done, bytes.count - done)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        done += count
      }
    }
  }

  private static func columns() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether the first of these variables that is set names an encoding of Unicode (POSIX's order).
  private static func hasUnicode() -> Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = getenv(name).map({ String(cString: $0).lowercased() }), !value.isEmpty
      else { continue }
      return value.contains("utf-8") || value.contains("utf8")
    }
    return false
  }

  // MARK: Ctrl-C

  /// Held while files are written, so that an interruption waits for them to be whole.
  ///
  /// (A file is never half-written under its own name; but its temporary twin would stay behind.)
  static let isWritingFiles = Mutex(())

  /// Ends the program with status 130 on SIGINT, 143 on SIGTERM, the terminal's line finished.
  ///
  /// The work is done on a queue, not in a signal handler, where hardly anything is allowed.
  private static func endProgram(on number: Int32) -> any DispatchSourceSignal {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      isWritingFiles.withLock { _ in
        if isatty(STDERR_FILENO) == 1 { write("\n", to: STDERR_FILENO) }
        _exit(128 + number)
      }
    }
    source.resume()
    return source
  }
}

/// Ends the program.
func exitProgram(_ status: Int32) -> Never { exit(status) }

// Inside `Terminal` the bare name means its own function.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
