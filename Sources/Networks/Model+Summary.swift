// A model as a table.

import AdjointDifferentiation
import AdjointSupport

extension Model {
  /// The tensors of the model as a table: name, type, number of elements; and the totals.
  ///
  /// ```swift
  /// print(Linear(inputs: 64, outputs: 32, using: &generator).summary)
  /// ```
  /// ```text
  /// name     type              elements
  /// weight   float32 [64, 32]      2048
  /// bias     float32 [32]            32
  /// trained                        2080
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
    return alignedColumns(rows, numericColumns: [2])
  }
}
