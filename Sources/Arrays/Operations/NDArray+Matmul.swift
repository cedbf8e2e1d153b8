// How a product of batches of strided matrices is cut into calls of the kernel. Transposed operands
// are passed by their strides; nothing is copied.

import AdjointKernels

extension NDArray {
  /// The matrix product over the last two axes; batch axes broadcast, vectors are rows or columns
  /// as in `Shape.matmul(_:)`.
  ///
  /// The order of every sum depends on the inner size alone. Integers wrap.
  ///
  /// - Precondition: the operands have the same numeric type and `a.shape.matmul(b.shape)` exists.
  package static func matmul(_ a: NDArray, _ b: NDArray) -> NDArray {
    product(a, b, bias: nil, rectifying: false)
  }

  /// `f(a b + bias)`, where the bias is added to each row and `f` is `relu` or nothing.
  ///
  /// The same bits as the product, the sum and `relu` one after the other, in one pass over the
  /// result.
  ///
  /// - Precondition: the product exists, all have the same floating-point type, `b` is not a
  ///   vector, and the bias has one element for each column of `b`.
  package static func matmul(
    _ a: NDArray, _ b: NDArray, bias: NDArray?, rectifying: Bool = false
  ) -> NDArray {
    precondition(
      a.dtype.isFloatingPoint,
      "the product of \(a.dtype) arrays has no bias and is not rectified; convert them first")
    if let bias {
      precondition(
        b.rank >= 2 && bias.rank == 1 && bias.elementCount == b.shape[b.rank - 1]
          && bias.dtype == a.dtype,
        "a bias of shape \(bias.shape) and type \(bias.dtype) for a matrix of shape \(b.shape) and "
          + "type \(a.dtype); it has one element of that type for each column")
    }
    return product(a, b, bias: bias?.contiguous(), rectifying: rectifying)
  }

  /// The product of two matrices, either of them transposed or not; the result lies as `model`
  /// does.
  ///
  /// For derivatives, whose results have the shapes of operands: no views are made, and no layout.
  ///
  /// - Precondition: all three are matrices of one floating-point type, and the shapes fit.
  package static func product(
    _ a: NDArray, transposingFirst: Bool = false, _ b: NDArray, transposingSecond: Bool = false,
    like model: NDArray
  ) -> NDArray {
    let result = model.uninitializedLike()
    let matrices = ProductDriver(a, transposingFirst, b, transposingSecond)
    let fields = result.fields
    precondition(
      fields.pointee.shape.rank == 2 && fields.pointee.shape[0] == matrices.m
        && fields.pointee.shape[1] == matrices.n && fields.pointee.dtype == matrices.dtype,
      "the product of \(a.shape) and \(b.shape) does not have the shape \(model.shape)")
    if fields.pointee.elementCount > 0 { matrices.run(into: result.storage.bytes) }
    withExtendedLifetime(a) {}
    withExtendedLifetime(b) {}
    return result
  }

  /// The product of two matrices, put off until its elements are read.
  ///
  /// For derivatives that are themselves differentiated. A Hessian-vector product is the gradient
  /// of `gradient · v`, which does not need the gradient of a weight, only what it depends on: it
  /// is put off, multiplied by `v` and summed (which are put off too), and forgotten. That spares a
  /// fifth of all multiplications. Small products are computed at once, like everything small.
  package static func puttingOffProduct(_ a: NDArray, _ b: NDArray) -> NDArray {
    let (first, second) = (a.fields, b.fields)
    guard first.pointee.shape.rank == 2, second.pointee.shape.rank == 2,
      first.pointee.shape[1] == second.pointee.shape[0],
      first.pointee.dtype == second.pointee.dtype, first.pointee.dtype.isFloatingPoint,
      first.pointee.shape[0] * second.pointee.shape[1] >= Deferral.threshold
    else { return matmul(a, b) }
    let shape = Shape(
      unchecked: AxisVector([first.pointee.shape[0], second.pointee.shape[1]]))
    return DeferredExpression.deferring(
      productOf: a, b, layout: ArrayLayout(shape, first.pointee.dtype))
  }

  private static func product(
    _ a: NDArray, _ b: NDArray, bias: NDArray?, rectifying: Bool
  ) -> NDArray {
    precondition(
      a.dtype == b.dtype, "the matrix product of \(a.dtype) and \(b.dtype); convert one of them")
    precondition(a.dtype != .bool, "booleans have no matrix product; convert them first")
    let target: Shape
    do {
      target = try a.shape.matmul(b.shape)
    } catch {
      preconditionFailure(error.description)
    }
    let result = NDArray(uninitialized: target, dtype: a.dtype)
    if target.elementCount == 0 { return result }
    if a.rank == 2, b.rank == 2 {
      ProductDriver(a, false, b, false, Epilogue(bias: bias?.address, rectifies: rectifying))
        .run(into: result.storage.bytes)
      withExtendedLifetime(a) {}
      withExtendedLifetime(b) {}
      withExtendedLifetime(bias) {}
      return result
    }
    let left = a.rank == 1 ? a.expanded(at: 0) : a
    let right = b.rank == 1 ? b.expanded(at: 1) : b
    ProductDriver(left, right, Epilogue(bias: bias?.address, rectifies: rectifying))
      .run(into: result.storage.bytes)
    withExtendedLifetime((left, right, bias)) {}
    return result
  }
}

/// A batch of matrix products `c[i] = a[i] b[i]`, each `m × k` by `k × n`, with `c` dense.
private struct ProductDriver {
  let dtype: DType
  var m: Int
  let n: Int
  let k: Int
  let a: UnsafeRawPointer
  let b: UnsafeRawPointer
  var aRow: Int
  let aColumn: Int
  let bRow: Int
  let bColumn: Int
  /// Sizes and strides of the batch axes.
  var batch: Shape
  var aBatch: AxisVector
  var bBatch: AxisVector
  let epilogue: Epilogue

  /// The multiply-adds of a piece: 8 µs, against the microsecond of a hand-over.
  static var piece: Int { 1 << 20 }

  /// One product of two matrices.
  @inline(__always)
  init(
    _ left: borrowing NDArray, _ isLeftTransposed: Bool, _ right: borrowing NDArray,
    _ isRightTransposed: Bool, _ epilogue: Epilogue = Epilogue(bias: nil, rectifies: false)
  ) {
    let (first, second) = (left.fields, right.fields)
    precondition(
      first.pointee.shape.rank == 2 && second.pointee.shape.rank == 2
        && first.pointee.dtype == second.pointee.dtype,
      "the product of two matrices of one type was asked of other arrays")
    let (row, column) = isLeftTransposed ? (1, 0) : (0, 1)
    let (inner, outer) = isRightTransposed ? (1, 0) : (0, 1)
    dtype = first.pointee.dtype
    m = first.pointee.shape[row]
    k = first.pointee.shape[column]
    n = second.pointee.shape[outer]
    precondition(
      second.pointee.shape[inner] == k, "the inner sizes of a matrix product differ")
    a = left.address
    b = right.address
    aRow = first.pointee.strides[row]
    aColumn = first.pointee.strides[column]
    bRow = second.pointee.strides[inner]
    bColumn = second.pointee.strides[outer]
    batch = .scalar
    aBatch = AxisVector()
    bBatch = AxisVector()
    self.epilogue = epilogue
  }

  init(_ left: NDArray, _ right: NDArray, _ epilogue: Epilogue) {
    self.epilogue = epilogue
    dtype = left.dtype
    m = left.shape[left.rank - 2]
    k = left.shape[left.rank - 1]
    n = right.shape[right.rank - 1]
    a = left.address
    b = right.address
    aRow = left.strides[left.rank - 2]
    aColumn = left.strides[left.rank - 1]
    bRow = right.strides[right.rank - 2]
    bColumn = right.strides[right.rank - 1]
    let leftBatch = Shape(unchecked: AxisVector(left.shape.dimensions.dropLast(2)))
    let rightBatch = Shape(unchecked: AxisVector(right.shape.dimensions.dropLast(2)))
    batch = Shape.checkedBroadcast(leftBatch, rightBatch)
    aBatch = ProductDriver.strides(left, leftBatch, batch)
    bBatch = ProductDriver.strides(right, rightBatch, batch)
    mergeBatchIntoRows()
  }

  private static func strides(_ array: NDArray, _ own: Shape, _ batch: Shape) -> AxisVector {
    var strides = AxisVector(repeating: 0, count: batch.rank)
    let shift = batch.rank - own.rank
    for axis in 0..<own.rank where own[axis] != 1 { strides[axis + shift] = array.strides[axis] }
    return strides
  }

  /// `[batch, m, k]` by `[k, n]` is one product of `batch · m` rows: larger calls are faster calls.
  private mutating func mergeBatchIntoRows() {
    var axis = batch.rank - 1
    while axis >= 0, bBatch[axis] == 0 {
      if batch[axis] > 1 {
        // A single row has no distance to the next one yet; the batch gives it one.
        if m == 1 { aRow = aBatch[axis] }
        guard aBatch[axis] == aRow * m else { return }
        m *= batch[axis]
      }
      batch.extents.remove(at: axis)
      aBatch.remove(at: axis)
      bBatch.remove(at: axis)
      axis -= 1
    }
  }

  func run(into c: UnsafeMutableRawPointer) {
    let count = batch.elementCount
    let work = m &* n &* k
    if count == 1 && work < 2 &* ProductDriver.piece { return multiply(0, 0..<m, 0..<n, c) }
    // Each piece packs what it reads of b, so pieces of few rows are avoided, and a transposed b,
    // which is dear to pack, is cut by columns. A kernel's sums depend on k alone, and the pieces
    // on shape and layout alone, so the bits depend on neither. An even number of pieces suits most
    // processors.
    let byRows = m >= n && (bColumn == 1 || n < 128)
    let extent = byRows ? m : n
    let least = byRows && m >= 512 ? 128 : 64
    let unit = byRows ? 4 : 32
    let wanted = min(16, work / ProductDriver.piece, extent / least)
    let even = max(1, wanted > 1 ? wanted & ~1 : wanted)
    let part = ceilingQuotient(ceilingQuotient(extent, even), unit) * unit
    let parts = ceilingQuotient(extent, part)
    let perPiece = parts > 1 ? 1 : max(1, ProductDriver.piece / max(1, work))
    parallelFor(pieces: ceilingQuotient(count, perPiece) * parts) { piece in
      let (group, section) = piece.quotientAndRemainder(dividingBy: parts)
      let first = section * part
      let rows = byRows ? first..<min(m, first + part) : 0..<m
      let columns = byRows ? 0..<n : first..<min(n, first + part)
      for index in (group * perPiece)..<min(count, (group + 1) * perPiece) {
        multiply(index, rows, columns, c)
      }
    }
  }

  private func multiply(
    _ index: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ c: UnsafeMutableRawPointer
  ) {
    var (atA, atB, rest) = (rows.lowerBound * aRow, columns.lowerBound * bColumn, index)
    var axis = batch.rank - 1
    while axis >= 0 {
      let position = rest % batch[axis]
      rest /= batch[axis]
      atA += position * aBatch[axis]
      atB += position * bBatch[axis]
      axis -= 1
    }
    let size = dtype.byteCount
    let a = a + atA * size
    let b = b + atB * size
    let c = c + ((index * m + rows.lowerBound) * n + columns.lowerBound) * size
    switch dtype {
    case .float32, .float64:
      Kernels.active.multiply(
        dtype == .float32 ? .float32 : .float64, rows.count, columns.count, k,
        a, aRow, aColumn, b, bRow, bColumn, c, n, false,
        Epilogue(
          bias: epilogue.bias.map { $0 + columns.lowerBound * size }, rectifies: epilogue.rectifies)
      )
    case .int32, .bool: multiplyIntegers(a, b, rows.count, columns.count, c)
    }
  }

  private func multiplyIntegers(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ rows: Int, _ columns: Int,
    _ c: UnsafeMutableRawPointer
  ) {
    for row in 0..<rows {
      for column in 0..<columns { c.element(row &* n &+ column, 0 as Int32) }
      for step in 0..<k {
        let factor = a.element(row &* aRow &+ step &* aColumn, as: Int32.self)
        let line = b + step &* bRow &* 4
        for column in 0..<columns {
          let product = factor &* line.element(column &* bColumn, as: Int32.self)
          let place = row &* n &+ column
          c.element(place, c.element(place, as: Int32.self) &+ product)
        }
      }
    }
  }
}
