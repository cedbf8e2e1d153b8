// What `x[0, 1..<3, .newAxis, .ellipsis]` means in terms of starts, steps and counts. It touches no
// element.
//
// Positions inside an axis are never negative: `-1` as "the last one" turns an off-by-one mistake
// into a wrong answer. Only axis numbers may count from the end.

/// One entry of a subscript such as `x[0, 1..<3, .newAxis, .ellipsis]`.
public enum IndexItem: Sendable, Hashable {
  /// One position; the axis disappears.
  case index(Int)
  /// Every `step`-th position from `from` up to, not including, `to`; with a negative step
  /// downward.
  ///
  /// Missing bounds are the ends of the axis.
  case range(from: Int?, to: Int?, step: Int)
  /// The whole axis.
  case all
  /// A new axis of size 1.
  case newAxis
  /// As many whole axes as are not named otherwise; at most once.
  case ellipsis
}

extension IndexItem: CustomStringConvertible {
  /// The item as it is written in a subscript, such as `7`, `1..<3` or `.newAxis`.
  public var description: String {
    switch self {
    case .index(let position): "\(position)"
    case .range(nil, nil, let step): ".every(\(step))"
    case .range(let from?, nil, _): "\(from)..."
    case .range(let from, let to?, _): "\(from.map { "\($0)" } ?? "")..<\(to)"
    case .all: ".all"
    case .newAxis: ".newAxis"
    case .ellipsis: ".ellipsis"
    }
  }
}

/// Which positions of a shape a subscript names, axis by axis, with nothing left to interpret.
package struct SliceLayout: Sendable, Hashable {
  /// The first position on each axis of the source.
  var starts = AxisVector()
  /// The axis of the source behind each axis of the result, or -1 for a new axis.
  var sources = AxisVector()
  /// The step in the source along each axis of the result.
  var steps = AxisVector()
}

extension Shape {
  /// The shape of a slice, and the normalized description of what it takes.
  ///
  /// Axes that are not named are taken whole.
  ///
  /// - Throws: ``ShapeError`` for positions outside an axis, a step of zero, too many entries.
  package func sliced(
    _ items: [IndexItem]
  ) throws(ShapeError) -> (shape: Shape, layout: SliceLayout) {
    var named = 0
    var ellipses = 0
    for item in items {
      switch item {
      case .index, .range, .all: named += 1
      case .ellipsis: ellipses += 1
      case .newAxis: break
      }
    }
    guard named <= rank else {
      throw ShapeError(
        problem: "the subscript names \(named) axes and \(self) has \(rank)",
        remedy: "Leave out the surplus entries.")
    }
    guard ellipses <= 1 else {
      throw ShapeError(
        problem: "the subscript has \(ellipses) ellipses", remedy: "Use .ellipsis at most once.")
    }
    var layout = SliceLayout()
    var dimensions: [Int] = []
    layout.starts = AxisVector(repeating: 0, count: rank)
    var sources: [(source: Int, step: Int)] = []
    var axis = 0
    let implied = rank - named
    for item in ellipses == 1 ? items : items + [.ellipsis] {
      switch item {
      case .newAxis:
        dimensions.append(1)
        sources.append((-1, 0))
      case .ellipsis:
        for _ in 0..<implied {
          dimensions.append(self[axis])
          sources.append((axis, 1))
          axis += 1
        }
      case .all:
        dimensions.append(self[axis])
        sources.append((axis, 1))
        axis += 1
      case .index(let position):
        layout.starts[axis] = try checked(position, onAxis: axis)
        axis += 1
      case .range(let from, let to, let step):
        let (start, count) = try positions(from: from, to: to, step: step, onAxis: axis)
        layout.starts[axis] = start
        dimensions.append(count)
        sources.append((axis, step))
        axis += 1
      }
    }
    let shape = try Shape(validating: dimensions)
    for (source, step) in sources {
      layout.sources.append(source)
      layout.steps.append(step)
    }
    return (shape, layout)
  }

  private func checked(_ position: Int, onAxis axis: Int) throws(ShapeError) -> Int {
    let size = self[axis]
    guard position >= 0, position < size else {
      let last =
        position < 0 && position >= -size
        ? "Write \(position + size) for the position \(-position) from the end."
        : size == 0 ? "The axis is empty." : "Positions run from 0 to \(size - 1)."
      throw ShapeError(
        problem: "position \(position) is outside axis \(axis) of \(self)", remedy: last)
    }
    return position
  }

  private func positions(
    from: Int?, to: Int?, step: Int, onAxis axis: Int
  ) throws(ShapeError) -> (start: Int, count: Int) {
    let size = self[axis]
    guard step != 0, step != Int.min else {
      throw ShapeError(
        problem: "the step \(step) on axis \(axis) of \(self) leads nowhere",
        remedy: "Use a positive step, or a negative one to go backward.")
    }
    func refused(_ bound: Int) -> ShapeError {
      ShapeError(
        problem: "the bound \(bound) is outside axis \(axis) of \(self)",
        remedy: "Bounds lie between 0 and \(size); leave a bound out to mean the end of the axis.")
    }
    for bound in [from, to] {
      if let bound, bound < 0 || bound > size { throw refused(bound) }
    }
    if step > 0 {
      let start = from ?? 0
      let end = to ?? size
      guard start <= end else {
        throw ShapeError(
          problem: "the range \(start)..<\(end) on axis \(axis) of \(self) runs backward",
          remedy: "Put the smaller bound first, or use a negative step.")
      }
      // (end - start - 1) / step + 1 rather than a rounded-up quotient: a huge step cannot
      // overflow.
      return (start, start == end ? 0 : (end - start - 1) / step + 1)
    }
    if size == 0 { return (0, 0) }
    let start = from ?? (size - 1)
    guard start < size else { throw refused(start) }
    let end = to ?? -1
    guard start > end else { return (0, 0) }
    return (start, (start - end - 1) / -step + 1)
  }
}
