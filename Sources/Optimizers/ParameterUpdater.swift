// What is kept for one parameter between steps, and under which names it is saved. It has never
// heard of models.

import AdjointArrays
import AdjointDifferentiation

/// One parameter of the model that an optimizer was made for, with its states.
///
/// All states of a parameter are rows of one array, so that one address leads to all of them. Rows
/// begin at multiples of a cache line: vectors that straddle two lines take twice as long.
struct ParameterUpdater: Sendable {
  /// A stage that the parameter passes through, and where its states are.
  struct PathStep: Sendable {
    let stage: Int
    let firstRow: Int
    let rowCount: Int
  }

  /// What never changes, behind one reference: updaters are handed around in every step.
  private final class Plan: Sendable {
    let name: String
    let layout: ArrayLayout
    let isFrozen: Bool
    /// The links whose filter chooses the parameter; none for a frozen one.
    let links: [Int]
    /// For each segment of the chain, the stages that these links are run in.
    let paths: [[PathStep]]
    /// The names of the states, in the order of the rows.
    let stateNames: [String]
    /// The type of the rows.
    let dtype: DType
    let rowLength: Int
    /// The row for the update between two segments of the chain, if there are several.
    let updateRow: Int
    let rowCount: Int

    init(name: String, layout: ArrayLayout, stages: inout StageTable, isFrozen: Bool) {
      // Integers have no gradient, so there is nothing to train.
      let isFrozen = isFrozen || !layout.dtype.isFloatingPoint
      self.name = name
      self.layout = layout
      self.isFrozen = isFrozen
      dtype = layout.dtype == .float64 ? .float64 : .float32
      let perLine = 64 / dtype.byteCount
      rowLength = (layout.elementCount + perLine - 1) / perLine * perLine
      var row = 0
      var links: [Int] = []
      var paths: [[PathStep]] = []
      for segment in stages.segments {
        let chosen = segment.filter { !isFrozen && stages.links[$0].filter.matches(name) }
        links += chosen
        paths.append(
          stages.path(through: chosen).map { stage in
            let count = stages.transforms[stage].stateNames.count
            defer { row += count }
            return PathStep(stage: stage, firstRow: row, rowCount: count)
          })
      }
      self.links = links
      self.paths = paths
      stateNames = links.flatMap { link in
        let transform = stages.links[link].transform
        return transform.stateNames.map { "\(link).\(transform.name).\($0).\(name)" }
      }
      updateRow = row
      rowCount = stages.segments.count > 1 && !isFrozen ? row + 1 : row
    }
  }

  private let plan: Plan
  private var rows: NDArray
  /// How often the parameter has been updated.
  var updateCount = 0
  /// Of the update where it is now; only meaningful within a step.
  var sumOfSquares = SumOfSquares()

  var name: String { plan.name }
  var layout: ArrayLayout { plan.layout }
  /// Shape and element type, valid while the updater is held.
  var fields: UnsafePointer<LayoutFields> { plan.layout.fields }
  var isFrozen: Bool { plan.isFrozen }
  var type: TensorType { TensorType(layout.shape, layout.dtype) }
  private var rowLength: Int { plan.rowLength }

  init(name: String, layout: ArrayLayout, stages: inout StageTable, isFrozen: Bool) {
    plan = Plan(name: name, layout: layout, stages: &stages, isFrozen: isFrozen)
    rows = .zeros(
      [plan.rowCount, plan.rowLength], dtype: plan.dtype)
  }

  /// Whether the parameter passes through a link of the chain.
  func passes(_ link: Int) -> Bool { plan.links.contains(link) }

  // MARK: The loop

  /// Takes the parameter through a segment of the chain.
  ///
  /// The first segment starts from the gradient, the others from where the one before it stopped;
  /// the last one ends with `w ← w − u`.
  mutating func run(
    _ transforms: inout [any GradientTransform], segment: Int, of segmentCount: Int,
    gradient: Tensor, parameter: inout Tensor, step: Int, norm: Double
  ) {
    let current = Optimizer.ParameterStep(
      name: name, shape: layout.shape, step: step, updateCount: updateCount, norm: norm)
    let path = plan.paths[segment]
    for step in path { transforms[step.stage].prepare(for: current) }
    let rowStride = rowLength * plan.dtype.byteCount
    let (isFirst, isLast) = (segment == 0, segment == segmentCount - 1)
    let (count, dtype, waitingAt) = (layout.elementCount, plan.dtype, plan.updateRow * rowStride)
    sumOfSquares = rows.withUnsafeMutableContiguousBytes { rows in
      gradient.withUnsafeBytes { gradient in
        parameter.withUnsafeMutableBytes { parameter in
          guard let rows = rows.baseAddress, let gradient = gradient.baseAddress,
            let parameter = parameter.baseAddress
          else { return SumOfSquares() }
          let waiting = rows + waitingAt
          return StretchLoop(
            dtype: dtype, count: count, rows: rows, rowStride: rowStride, parameter: parameter,
            source: isFirst ? gradient : UnsafeRawPointer(waiting),
            destination: isLast ? nil : waiting
          ).run(transforms, path)
        }
      }
    }
  }

  // MARK: States by name

  /// The names that the states are saved under, in the order of the rows.
  var stateNames: [String] { plan.stateNames }

  /// The states with their names, copied out of the rows.
  var stateEntries: [OptimizerState.Entry] {
    stateNames.enumerated().map { row, name in
      let start = row * rowLength * plan.dtype.byteCount
      let value = rows.withUnsafeContiguousBytes { rows in
        NDArray(uninitialized: layout.shape, dtype: layout.dtype) { target in
          target.copyMemory(from: .init(rebasing: rows[start..<(start + target.count)]))
        }
      }
      return OptimizerState.Entry(name: name, value: value)
    }
  }

  /// Copies states into the rows, those whose names are this parameter's.
  ///
  /// The caller has checked shapes and types.
  mutating func setStates(_ entries: [String: NDArray]) {
    let (rowSize, names) = (rowLength * plan.dtype.byteCount, stateNames)
    rows.withUnsafeMutableContiguousBytes { rows in
      for (row, name) in names.enumerated() {
        entries[name]?.withUnsafeContiguousBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: rows[(row * rowSize)...])
            .copyMemory(from: source)
        }
      }
    }
  }
}
