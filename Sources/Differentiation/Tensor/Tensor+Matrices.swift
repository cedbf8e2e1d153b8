// The parts of matrices that users name: triangles and diagonals of the last two axes, of a whole
// batch at once. They are made of choosing, slicing and reshaping, and have no rules of their own.

import AdjointArrays

extension Tensor {
  /// The elements on and below a diagonal of each matrix, with exact zeros above; `[…, m, n]`.
  ///
  /// What lies above has no influence, whatever its derivative. A tensor of rank 0 or 1 is refused
  /// as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([[1, 2], [3, 4]]).lowerTriangle()              // [[1, 0], [3, 4]]
  /// Tensor([[1, 2], [3, 4]]).lowerTriangle(diagonal: -1)  // [[0, 0], [3, 0]]
  /// ```
  ///
  /// - Parameter diagonal: the last diagonal that is kept: 0 is the main one, 1 the one above it.
  public func lowerTriangle(diagonal: Int = 0) -> Tensor {
    triangle("lowerTriangle") { row, column in column .<= row + Double(diagonal) }
  }

  /// The elements on and above a diagonal of each matrix, with exact zeros below; `[…, m, n]`.
  ///
  /// What lies below has no influence, whatever its derivative. A tensor of rank 0 or 1 is refused
  /// as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([[1, 2], [3, 4]]).upperTriangle()             // [[1, 2], [0, 4]]
  /// Tensor([[1, 2], [3, 4]]).upperTriangle(diagonal: 1)  // [[0, 2], [0, 0]]
  /// ```
  ///
  /// - Parameter diagonal: the first diagonal that is kept: 0 is the main one, 1 the one above it.
  public func upperTriangle(diagonal: Int = 0) -> Tensor {
    triangle("upperTriangle") { row, column in column .>= row + Double(diagonal) }
  }

  private func triangle(_ operation: String, _ isKept: (Tensor, Tensor) -> Tensor) -> Tensor {
    let x = settled
    guard x.rank >= 2 else { return x.refusedAsMatrix(operation) }
    // Counted in float64, in which every length of an axis is exact.
    let row = Tensor.range(x.shape[x.rank - 2], dtype: .float64).expanded(at: 1)
    let column = Tensor.range(x.shape[x.rank - 1], dtype: .float64)
    return `where`(isKept(row, column), x, 0)
  }

  /// The diagonal of each matrix of the last two axes: `[…, m, n]` to `[…, min(m, n)]`.
  ///
  /// A diagonal beside the matrix has no elements. A tensor of rank 0 or 1 is refused as a
  /// ``TensorError``.
  ///
  /// ```swift
  /// Tensor([[1, 2, 3], [4, 5, 6]]).diagonal()           // [1, 5]
  /// Tensor([[1, 2, 3], [4, 5, 6]]).diagonal(offset: 1)  // [2, 6]
  /// ```
  ///
  /// - Parameter offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.
  public func diagonal(offset: Int = 0) -> Tensor {
    let x = settled
    guard x.rank >= 2 else { return x.refusedAsMatrix("diagonal") }
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let diagonal = Diagonal(offset: offset, rows: rows, columns: columns)
    return x.reshaped(to: Shape(x.shape.dropLast(2) + [rows * columns])).sliced(diagonal.items)
  }

  /// The square matrix with this tensor's last axis on a diagonal and zeros elsewhere.
  ///
  /// `[…, n]` to `[…, n + |offset|, n + |offset|]`: the transpose of ``diagonal(offset:)``, which
  /// takes the elements out again. A tensor of rank 0 is refused as a ``TensorError``.
  ///
  /// ```swift
  /// Tensor([1, 2]).diagonalMatrix()  // [[1, 0], [0, 2]]
  /// ```
  ///
  /// - Parameter offset: which diagonal: 0 is the main one, 1 the one above it, -1 the one below.
  public func diagonalMatrix(offset: Int = 0) -> Tensor {
    let x = settled
    guard let count = x.shape.last else {
      return Tensor.failing(
        .shape, "diagonalMatrix", [x],
        ShapeError(
          problem: "a tensor of rank 0 has no axis to lay along a diagonal",
          remedy: "Give it one, as in x.expanded(at: 0)."))
    }
    let length = count + abs(offset), leading = Array(x.shape.dropLast())
    let diagonal = Diagonal(offset: offset, rows: length, columns: length)
    return Tensor.applying(
      Embed(items: diagonal.items, shape: Shape(leading + [length * length])), x
    ).reshaped(to: Shape(leading + [length, length]))
  }

  private func refusedAsMatrix(_ operation: String) -> Tensor {
    Tensor.failing(
      .shape, operation, [self],
      ShapeError(
        problem: "a tensor of rank \(rank) is no matrix",
        remedy: "Give it two axes first, as in x.expanded(at: 0)."))
  }
}

/// Where a diagonal lies among the elements of a matrix, row by row: each of its elements is one
/// row and one column further on than the one before.
private struct Diagonal {
  let items: [IndexItem]

  init(offset: Int, rows: Int, columns: Int) {
    // A diagonal further away than the last one is as empty as the next.
    let offset = Swift.min(Swift.max(offset, -rows), columns)
    let (down, right) = (Swift.max(-offset, 0), Swift.max(offset, 0))
    let count = Swift.max(Swift.min(rows - down, columns - right), 0)
    let first = count > 0 ? down * columns + right : 0
    let step = columns + 1
    let end = count > 0 ? first + (count - 1) * step + 1 : first
    items = [.ellipsis, .range(from: first, to: end, step: step)]
  }
}
