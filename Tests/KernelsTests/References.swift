// The elementary functions in more digits than the kernels have, and the distance
// of a result from them in units in the last place.

import AdjointElementary
import Foundation

/// A number whose functions are known in a wider format.
protocol Referenced: BinaryFloatingPoint {
  /// The distance of this result from `function(x, y)`, in units in the last place of the nearest
  /// number; infinite for a wrong NaN, infinity or sign of zero.
  func error(_ function: Elementary.Opcode, _ x: Self, _ y: Self) -> Double
}

extension Float: Referenced {
  func error(_ function: Elementary.Opcode, _ x: Float, _ y: Float) -> Double {
    errorOf(self, reference(function, Double(x), Double(y)), Float.init)
  }
}

extension Double: Referenced {
  #if arch(x86_64) && !os(Windows) && !os(Android)
    /// True if there is a wider format than this.
    static var hasReference: Bool { true }
    func error(_ function: Elementary.Opcode, _ x: Double, _ y: Double) -> Double {
      errorOf(self, reference(function, Float80(x), Float80(y)), Double.init)
    }
  #else
    /// True if there is a wider format than this.
    static var hasReference: Bool { false }
    func error(_ function: Elementary.Opcode, _ x: Double, _ y: Double) -> Double {
      errorOf(self, reference(function, x, y), { $0 })
    }
  #endif
}

private func errorOf<S: BinaryFloatingPoint, Wide: BinaryFloatingPoint>(
  _ result: S, _ expected: Wide, _ nearest: (Wide) -> S
) -> Double {
  if expected.isNaN || result.isNaN { return expected.isNaN && result.isNaN ? 0 : .infinity }
  let rounded = nearest(expected)
  if rounded == result && (result == 0 || result.isInfinite) {
    return rounded.sign == result.sign ? 0 : .infinity
  }
  if rounded.isInfinite || result.isInfinite {
    // Overflow begins half a unit beyond the largest number.
    let finite = rounded.isInfinite ? result : rounded
    return finite.magnitude == .greatestFiniteMagnitude ? 1 : .infinity
  }
  return Double((Wide(result) - expected).magnitude / Wide(rounded.ulp))
}

private func reference(_ function: Elementary.Opcode, _ x: Double, _ y: Double) -> Double {
  switch function {
  case .exp: exp(x)
  case .expMinusOne: expm1(x)
  case .log: log(x)
  case .logOnePlus: log1p(x)
  case .sqrt: x.squareRoot()
  case .rsqrt: 1 / x.squareRoot()
  case .sin: sin(x)
  case .cos: cos(x)
  case .tan: tan(x)
  case .asin: asin(x)
  case .acos: acos(x)
  case .atan: atan(x)
  case .sinh: sinh(x)
  case .cosh: cosh(x)
  case .tanh: tanh(x)
  case .asinh: asinh(x)
  case .acosh: acosh(x)
  case .atanh: atanh(x)
  case .erf: erf(x)
  case .sigmoid: x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
  case .softplus: max(x, 0) + log1p(exp(-abs(x)))
  case .pow: pow(x, y)
  case .atan2: atan2(x, y)
  case .exp2: exp2(x)
  case .log2: log2(x)
  case .log10: log10(x)
  case .cbrt: cbrt(x)
  case .erfc: erfc(x)
  case .hypot: hypot(x, y)
  case .xLogY: x == 0 ? (y.isNaN ? y : 0) : x * log(y)
  default: .nan
  }
}

#if arch(x86_64) && !os(Windows) && !os(Android)
  private func reference(_ function: Elementary.Opcode, _ x: Float80, _ y: Float80) -> Float80 {
    switch function {
    case .exp: expl(x)
    case .expMinusOne: expm1l(x)
    case .log: logl(x)
    case .logOnePlus: log1pl(x)
    case .sqrt: x.squareRoot()
    case .rsqrt: 1 / x.squareRoot()
    case .sin: sinl(x)
    case .cos: cosl(x)
    case .tan: tanl(x)
    case .asin: asinl(x)
    case .acos: acosl(x)
    case .atan: atanl(x)
    case .sinh: sinhl(x)
    case .cosh: coshl(x)
    case .tanh: tanhl(x)
    case .asinh: asinhl(x)
    case .acosh: acoshl(x)
    case .atanh: atanhl(x)
    case .erf: erfl(x)
    case .sigmoid: x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x))
    case .softplus: max(x, 0) + log1pl(expl(-abs(x)))
    case .pow: powl(x, y)
    case .atan2: atan2l(x, y)
    case .exp2: exp2l(x)
    case .log2: log2l(x)
    case .log10: log10l(x)
    case .cbrt: cbrtl(x)
    case .erfc: erfcl(x)
    case .hypot: hypotl(x, y)
    case .xLogY: x == 0 ? (y.isNaN ? y : 0) : x * logl(y)
    default: .nan
    }
  }
#endif
