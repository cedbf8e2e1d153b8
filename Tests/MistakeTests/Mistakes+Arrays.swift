// Mistakes in calls that make arrays, shapes and tensors, or read them.

import Adjoint

extension Mistake {
  static let arrays = [
    Mistake(
      "negative size", "Shape: [-1, 2] has the negative size -1 on axis 0. Sizes are zero or more."
    ) {
      _ = Tensor.zeros([-1, 2])
    },
    Mistake(
      "too many axes",
      "Shape: [1, 1, 1, 1, 1, 1, 1, 1, 1] has 9 axes. An array has at most 8 axes; merge some by "
        + "reshaping."
    ) { _ = Shape([1, 1, 1, 1, 1, 1, 1, 1, 1]) },
    Mistake(
      "too many elements",
      "Shape: [4611686018427387904, 4] has more elements than memory has addresses. Use smaller "
        + "sizes."
    ) { _ = Tensor.zeros([1 << 62, 4]) },
    Mistake("axis of a shape", "Shape: [2, 3] has no axis 2. Its axes are 0 to 1.") {
      _ = Tensor.ones([2, 3]).shape[2]
    },
    Mistake("axis of a scalar", "Shape: [] has no axis -1. A scalar has no axes.") {
      _ = Shape.scalar[-1]
    },
    Mistake(
      "values of an array",
      "NDArray(_:shape:): 3 values do not fill the shape [2, 2]. Pass 4 values, or a shape of 3 "
        + "elements."
    ) { _ = NDArray([1, 2, 3], shape: [2, 2]) },
    Mistake(
      "the only element of several",
      "item(): an array of shape [2] has 2 elements. Use item(at:) or values(as:) to read one of "
        + "several."
    ) { _ = NDArray([1, 2], shape: [2]).item() },
    Mistake(
      "an element that is not there",
      "item(at:): there is no position 2 in an array of shape [2]. Positions count from 0, below 2."
    ) { _ = NDArray([1, 2], shape: [2]).item(at: 2) },
    Mistake(
      "empty range of numbers",
      "uniform: there is no uniform distribution over 1.0..<1.0. Pass a range of finite numbers "
        + "that is not empty."
    ) { _ = seeded { Tensor.uniform(1..<1, shape: [2], using: &$0) } },
    Mistake(
      "infinite range of numbers",
      "uniform: there is no uniform distribution over 0.0..<inf. Pass a range of finite numbers "
        + "that is not empty."
    ) { _ = seeded { Tensor.uniform(0..<(.infinity), shape: [2], using: &$0) } },
    Mistake(
      "negative deviation",
      "normal: the mean is 0.0 and the standard deviation -1.0. Pass finite numbers, and a "
        + "standard deviation of 0 or more."
    ) { _ = seeded { Tensor.normal(standardDeviation: -1, shape: [2], using: &$0) } },
    Mistake(
      "random whole numbers",
      "normal: the numbers are not int32. Ask for .float32 or .float64, or use bernoulli or "
        + "permutation."
    ) { _ = seeded { Tensor.normal(shape: [2], dtype: .int32, using: &$0) } },
    Mistake(
      "probability of truth values",
      "bernoulli: the probability is 1.5. Pass a number from 0 to 1."
    ) { _ = seeded { Tensor.bernoulli(probability: 1.5, shape: [2], using: &$0) } },
    Mistake(
      "negative permutation",
      "permutation: there is none of -1 numbers. Ask for 0 to 2147483647 numbers."
    ) { _ = seeded { Tensor.permutation(-1, using: &$0) } },
  ]

  static let tensors = [
    Mistake(
      "ragged rows",
      "Tensor: the rows have different lengths, 1 values in row 0 and 2 in row 1. Give all rows "
        + "one length."
    ) { _ = Tensor([[1], [2, 3]]) },
    Mistake(
      "unlike matrices",
      "Tensor: the matrices have different shapes, [1, 1] at 0 and [1, 2] at 1. Give all matrices "
        + "one shape."
    ) { _ = Tensor([[[1]], [[2, 3]]]) },
    Mistake(
      "values of a tensor",
      "Tensor: 3 values do not fill shape [2, 2]. Pass 4 values, or a shape of 3 elements."
    ) { _ = Tensor([1, 2, 3], shape: [2, 2]) },
    Mistake(
      "negative range", "range: the count is -1, which is negative. Ask for 0 numbers or more."
    ) { _ = Tensor.range(-1) },
    Mistake(
      "range of truth values",
      "range: a range of truth values is undefined. Ask for .int32 or a floating-point type."
    ) { _ = Tensor.range(2, dtype: .bool) },
    Mistake(
      "range beyond its type",
      "range: float32 does not hold all of 20000000 whole numbers. Ask for .float64."
    ) { _ = Tensor.range(20_000_000) },
    Mistake(
      "negative spacing",
      "linearlySpaced: the count is -3, which is negative. Ask for 0 numbers or more."
    ) { _ = Tensor.linearlySpaced(from: 0, to: 1, count: -3) },
    Mistake(
      "negative identity", "identity: the count is -2, which is negative. Ask for 0 rows or more."
    ) { _ = Tensor.identity(-2) },
    Mistake(
      "the item of several",
      "item: the tensor has 2 elements (operands: float32 [2]). Use x.values(as:) or x.doubles, or "
        + "reduce it first, as in x.mean()."
    ) { _ = Tensor([1, 2]).item },
    Mistake(
      "shapes outside of a differentiated closure",
      "matmul: the matrix product of [2, 3] and [2, 3] does not fit: 3 columns on the left meet 2 "
        + "rows on the right (operands: float32 [2, 3], float32 [2, 3]). Make the last axis of the "
        + "left operand equal the rows of the right one, perhaps by transposing."
    ) { _ = matmul(Tensor.ones([2, 3]), Tensor.ones([2, 3])) },
    Mistake(
      "a negative epsilon",
      "layerNorm: the epsilon, which is added to a variance, is -1.0. Pass a small number of 0 or "
        + "more, such as 1e-5."
    ) { _ = layerNorm(.ones([2]), gain: .ones([2]), bias: .ones([2]), epsilon: -1) },
    Mistake(
      "a negative order", "polygamma: the order is -1. Ask for an order of 0 or more."
    ) { _ = polygamma(-1, 2.0) },
    Mistake(
      "a negative order of scalars",
      "polygamma: the order is -1. Ask for an order of 0 or more."
    ) { _ = polygamma(-1, Scalar(2)) },
    Mistake(
      "the derivative of a function of two",
      "derivative(of:): `atan2` takes two operands. Use derivatives(of:_:)."
    ) { _ = Elementary.Opcode.atan2.derivative(of: Formula("x")) },
    Mistake(
      "the derivatives of a function of one",
      "derivatives(of:_:): `exp` takes one operand. Use derivative(of:)."
    ) { _ = Elementary.Opcode.exp.derivatives(of: Formula("x"), Formula("y")) },
    Mistake("visiting one of two", "unary(_:): `atan2` takes two operands. Call binary(_:).") {
      _ = Elementary.Opcode.atan2.unary(NameOfOne())
    },
    Mistake("visiting two of one", "binary(_:): `exp` takes one operand. Call unary(_:).") {
      _ = Elementary.Opcode.exp.binary(NameOfTwo())
    },
  ]

  static let wholeNumbers = [
    Mistake(
      "half a whole number",
      "full: 2.5 is not a number of int32. Pass whole numbers within ±2147483647, or ask for a "
        + "floating-point type."
    ) { _ = Tensor.full([2], 2.5, dtype: .int32) },
    Mistake(
      "half a whole number among others",
      "Tensor: 1.5 is not a number of int32. Pass whole numbers within ±2147483647, or ask for a "
        + "floating-point type."
    ) { _ = Tensor([1, 1.5], dtype: .int32) },
    Mistake(
      "a whole number too large",
      "Tensor: 3000000000.0 is not a number of int32. Pass whole numbers within ±2147483647, or "
        + "ask for a floating-point type."
    ) { _ = Tensor(3e9, dtype: .int32) },
    Mistake(
      "half an element of an array",
      "NDArray(repeating:shape:dtype:): 0.5 is not a number of int32. Pass whole numbers within "
        + "±2147483647, or ask for a floating-point type."
    ) { _ = NDArray(scalar: 0.5, dtype: .int32) },
    Mistake(
      "half a truth", "full: 0.5 is not a number of bool. Pass 0 or 1, or compare first."
    ) { _ = Tensor.full([2], 0.5, dtype: .bool) },
    Mistake(
      "an index beyond",
      "Tensor(indices:): 1099511627776 is not a number of int32. Pass whole numbers within "
        + "±2147483647."
    ) { _ = Tensor(indices: [1 << 40]) },
    Mistake(
      "reading NaN as a whole number",
      "values(as:): nan is not a number of int32. Convert finite numbers within ±2147483647; "
        + "replace others first, as in x.clamped(to: -1000...1000)."
    ) { _ = Tensor([.nan]).values(as: Int32.self) },
    Mistake(
      "converting NaN",
      "converted(to: .int32): nan is not a number of int32 (operands: float32 [1]). Convert finite "
        + "numbers within ±2147483647; replace others first, as in x.clamped(to: -1000...1000)."
    ) { _ = Tensor([.nan]).converted(to: .int32) },
    Mistake(
      "a sum beyond",
      "+: 2147483647 + 1 does not fit into int32, which ends at ±2147483647 (operands: int32 [1], "
        + "int32 [1]). Convert to .float64 first, which holds whole numbers up to 2^53."
    ) { _ = Tensor(indices: [2_147_483_647]) + Tensor(indices: [1]) },
    Mistake(
      "a sum of many beyond",
      "sum: the sum of 2 numbers does not fit into int32, which ends at ±2147483647 "
        + "(operands: int32 [2]). Convert to .float64 first, which holds whole numbers up to 2^53."
    ) { _ = Tensor(indices: [2_147_483_647, 1]).sum() },
    Mistake(
      "a division by zero",
      "/: 7 / 0 is not a whole number (operands: int32 [1], int32 [1]). Divide by numbers other "
        + "than 0, or convert to .float64 first."
    ) { _ = Tensor(indices: [7]) / Tensor(indices: [0]) },
    Mistake(
      "a class that is not there",
      "oneHot: index 3 at position 1 is outside 0..<3 (operands: int32 [2]). Check the indices; "
        + "counting starts at 0."
    ) { _ = Tensor(indices: [0, 3]).oneHot(classes: 3) },
  ]

  private struct NameOfOne: UnaryVisitor {
    func visit<F: UnaryFunction>(_ function: F.Type) -> String { F.name }
  }

  private struct NameOfTwo: BinaryVisitor {
    func visit<F: BinaryFunction>(_ function: F.Type) -> String { F.name }
  }
}
