// The rows of operations that change the element type or pass between tensors
// and scalars.

import AdjointDifferentiation
import AdjointElementary

extension Catalogue {
  static let conversions: [Row] = [
    // Points and steps are multiples of 2⁻¹² below 4: exact in float32, so differences see a line.
    tensors(
      "converted to float64", ["Tensor.converted(to: DType)"], [[3]], dtype: .float32
    ) { $0[0].converted(to: .float64) },
    tensors("converted to float32", ["Tensor.converted(to: DType)"], [[3]]) {
      $0[0].converted(to: .float32)
    },
    tensors("a scalar from a tensor", ["Scalar.init(_: Tensor)"], [[1, 1]]) { xs in
      let x = Scalar(xs[0])
      return Tensor(sin(x) * x, dtype: xs[0].dtype)
    },
    tensors("a tensor from a scalar", ["Tensor.init(_: Scalar, dtype: DType)"], [[2]]) { xs in
      Tensor(Scalar(xs[0][0]) * Scalar(xs[0][1]), dtype: xs[0].dtype)
    },
    tensors(
      "a tensor from scalars, one of them twice, one a constant",
      ["Tensor.init(_: [Scalar], dtype: DType)"], [[2]]
    ) { xs in
      let s = xs[0].scalars()
      return Tensor([s[0], s[1] * s[0], s[0], 3], dtype: xs[0].dtype)
    },
    tensors("scalars of a tensor", ["Tensor.scalars()"], [[2, 2]]) { xs in
      let s = xs[0].scalars()
      return Tensor([s[3] * s[0], exp(s[1]), s[0]], dtype: xs[0].dtype) * xs[0].sum()
    },
  ]
}
