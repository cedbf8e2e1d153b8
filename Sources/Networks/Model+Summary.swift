// A model as a table.

import AdjointDifferentiation

extension Model {
  /// The tensors of the model as a table: name, type, number of elements; and the totals.
  ///
  /// ```
  /// name           type              elements
  /// hidden.weight  float32 [64, 32]      2048
  /// hidden.bias    float32 [32]            32
  /// trained                              2080
  /// ```
  public var summary: String {
    let parts = collected
    let tensors = parts.structure.named(parts.trained, parts.untrained)
    var rows = [["name", "type", "elements"]]
    var counts = (trained: 0, untrained: 0)
    for (name, value, isTrained) in tensors {
      let count = value.elementCount
      if isTrained { counts.trained += count } else { counts.untrained += count }
      rows.append([name, "\(value.type)" + (isTrained ? "" : ", untrained"), "\(count)"])
    }
    rows.append(["trained", "", "\(counts.trained)"])
    if counts.untrained > 0 { rows.append(["untrained", "", "\(counts.untrained)"]) }
    return aligned(rows, numericColumns: [2])
  }
}

/// Columns two spaces apart, words aligned at the left, numbers at the right; lines end without spaces.
func aligned(_ rows: [[String]], numericColumns: Set<Int>) -> String {
  var widths: [Int] = []
  for row in rows {
    for (column, cell) in row.enumerated() {
      if column == widths.count { widths.append(0) }
      widths[column] = max(widths[column], cell.count)
    }
  }
  return rows.map { row in
    var line = ""
    for (column, cell) in row.enumerated() {
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      line += numericColumns.contains(column) ? padding + cell : cell + padding
      if column < row.count - 1 { line += "  " }
    }
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}
