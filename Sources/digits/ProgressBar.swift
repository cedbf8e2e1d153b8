// What to write to tell the progress of work. It has never heard of clocks or files: the time comes
// in, the text goes out.

import AdjointSupport

/// The progress of work, on one line that a terminal overwrites, or on a few lines anywhere else.
///
///     [==========          ]  50 %  epoch 20/40  loss 0.031  accuracy 97.21 %  0:02 left
///
/// A value without side effects: every method returns what is to be written now, often nothing.
struct ProgressBar: Sendable {
  /// Where the text goes.
  enum Style: Sendable, Equatable {
    /// To a terminal with so many columns: one line, overwritten after a carriage return.
    case terminal(columns: Int)
    /// To a file or a pipe: about ten lines, no control characters but the line feed.
    case plain
  }

  /// Where the text goes.
  let style: Style

  /// The number of steps until all is done.
  let total: Int

  private let start: Duration
  private var lastDrawing: Duration?
  private var lastTenth = 0
  private var drawnWidth = 0

  /// The time between two drawings; a reader could not follow more of them.
  private static let interval = Duration.milliseconds(50)

  /// Creates a bar for `total` steps of work that begins at the time `start`.
  init(total: Int, style: Style, startingAt start: Duration) {
    self.total = max(1, total)
    self.style = style
    self.start = start
  }

  /// What to write when `done` steps are done, at the time `now`; `note` says how it stands.
  mutating func text(done: Int, note: String, at now: Duration) -> String {
    let done = min(max(done, 0), total)
    let line = line(done: done, note: note, at: now)
    switch style {
    case .terminal(let columns):
      if let lastDrawing, now - lastDrawing < ProgressBar.interval, done < total { return "" }
      lastDrawing = now
      // The last column stays free: some terminals go to the next line when it is filled.
      let shown = line.prefix(max(0, columns - 1))
      let rest = String(repeating: " ", count: max(0, drawnWidth - shown.count))
      drawnWidth = shown.count
      return "\r\(shown)\(rest)"
    case .plain:
      let tenth = part(of: 10, done: done)
      guard tenth > lastTenth else { return "" }
      lastTenth = tenth
      return line + "\n"
    }
  }

  /// What to write when no more text follows: on a terminal the line is cleared.
  mutating func end() -> String {
    guard case .terminal = style, drawnWidth > 0 else { return "" }
    defer { drawnWidth = 0 }
    return "\r" + String(repeating: " ", count: drawnWidth) + "\r"
  }

  /// How many of `count` equal parts of the work are done; in floating point, which cannot
  /// overflow.
  private func part(of count: Int, done: Int) -> Int {
    Int(Double(count) * Double(done) / Double(total))
  }

  private func line(done: Int, note: String, at now: Duration) -> String {
    let percent = String(part(of: 100, done: done))
    let padding = String(repeating: " ", count: 3 - percent.count)
    var line = "\(padding)\(percent) %  \(note)"
    if done > 0, done < total {
      // A duration of more than 100 hours is no help, and beyond 2^63 seconds it would trap.
      let seconds = (now - start) / .seconds(1) * Double(total - done) / Double(done)
      let left = Duration.seconds(min(max(0, seconds), 359_999).rounded())
      line += "  \(NumberText.clock(left)) left"
    }
    guard case .terminal(let columns) = style else { return line }
    // The bar takes what the text leaves, within reason.
    let width = min(24, columns - line.count - 5)
    guard width >= 6 else { return line }
    let filled = part(of: width, done: done)
    let bar = String(repeating: "=", count: filled)
    return "[\(bar)\(String(repeating: " ", count: width - filled))] \(line)"
  }
}
