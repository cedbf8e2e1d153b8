// A model as text: a table of its tensors, or, if it has none, the settings of a layer.

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
  public var summary: String { Self.summary(of: collected) }

  /// The ``summary``, or why there is none.
  public var description: String {
    do throws(ModelError) {
      return Self.summary(of: try Collector.collecting(self))
    } catch {
      // To print a value must not stop the program.
      return "\(Self.self): \(error)"
    }
  }

  private static func summary(of parts: _ModelParts) -> String {
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

extension ParameterFree {
  /// The type and its settings, such as `Dropout(probability: 0.5)`.
  public var description: String {
    let settings = Mirror(reflecting: self).children.map { label, value in
      (label.map { "\($0): " } ?? "") + String(describing: value)
    }
    return "\(Self.self)(\(settings.joined(separator: ", ")))"
  }
}
