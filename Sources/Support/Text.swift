// Text for people: columns that line up, and text from outside made safe to show.

extension String {
  /// The text with blanks added in front until it has `width` characters.
  package func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// The text with blanks added behind until it has `width` characters.
  package func rightPadded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The first `limit` characters, with everything that a terminal would act on written out.
  ///
  /// A name inside a damaged file may hold a megabyte, a line break or a terminal's control
  /// sequence; none of that may reach the reader's screen.
  package func printable(limit: Int) -> String {
    var result = ""
    for (position, scalar) in unicodeScalars.enumerated() {
      if position == limit { return result + "..." }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The beginning of a text from outside, between quotation marks, fit for a one-line message.
  package var quoted: String { "\"\(printable(limit: 80))\"" }
}

/// Rows of cells as lines, the columns two blanks apart, without blanks at the ends of lines.
///
/// - Parameter numericColumns: the columns that are aligned at the right; all others at the left.
package func alignedColumns(_ rows: [[String]], numericColumns: Set<Int> = []) -> String {
  var widths: [Int] = []
  for row in rows {
    for (column, cell) in row.enumerated() {
      if column == widths.count { widths.append(0) }
      widths[column] = max(widths[column], cell.count)
    }
  }
  return rows.map { row in
    var line = row.enumerated().map { column, cell in
      numericColumns.contains(column)
        ? cell.leftPadded(to: widths[column]) : cell.rightPadded(to: widths[column])
    }.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}
