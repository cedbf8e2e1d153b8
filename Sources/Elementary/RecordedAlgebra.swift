// What this file knows: how an algebra that records gets the whole table from its two `_recorded`
// functions. One line per function, in the order of the table. The operators are left to the
// conforming types: one more generic `+` in scope costs every user's formula type-checking time.

extension RecordedAlgebra {
  @inlinable @inline(__always)
  public static func _exp(_ x: Self) -> Self { _recorded(Elementary.Exp.self, x) }
  @inlinable @inline(__always)
  public static func _expMinusOne(_ x: Self) -> Self { _recorded(Elementary.ExpMinusOne.self, x) }
  @inlinable @inline(__always)
  public static func _log(_ x: Self) -> Self { _recorded(Elementary.Log.self, x) }
  @inlinable @inline(__always)
  public static func _logOnePlus(_ x: Self) -> Self { _recorded(Elementary.LogOnePlus.self, x) }
  @inlinable @inline(__always)
  public static func _sqrt(_ x: Self) -> Self { _recorded(Elementary.SquareRoot.self, x) }
  @inlinable @inline(__always)
  public static func _rsqrt(_ x: Self) -> Self {
    _recorded(Elementary.ReciprocalSquareRoot.self, x)
  }
  @inlinable @inline(__always)
  public static func _square(_ x: Self) -> Self { _recorded(Elementary.Square.self, x) }
  @inlinable @inline(__always)
  public static func _sin(_ x: Self) -> Self { _recorded(Elementary.Sin.self, x) }
  @inlinable @inline(__always)
  public static func _cos(_ x: Self) -> Self { _recorded(Elementary.Cos.self, x) }
  @inlinable @inline(__always)
  public static func _tan(_ x: Self) -> Self { _recorded(Elementary.Tan.self, x) }
  @inlinable @inline(__always)
  public static func _asin(_ x: Self) -> Self { _recorded(Elementary.ArcSin.self, x) }
  @inlinable @inline(__always)
  public static func _acos(_ x: Self) -> Self { _recorded(Elementary.ArcCos.self, x) }
  @inlinable @inline(__always)
  public static func _atan(_ x: Self) -> Self { _recorded(Elementary.ArcTan.self, x) }
  @inlinable @inline(__always)
  public static func _sinh(_ x: Self) -> Self { _recorded(Elementary.Sinh.self, x) }
  @inlinable @inline(__always)
  public static func _cosh(_ x: Self) -> Self { _recorded(Elementary.Cosh.self, x) }
  @inlinable @inline(__always)
  public static func _tanh(_ x: Self) -> Self { _recorded(Elementary.Tanh.self, x) }
  @inlinable @inline(__always)
  public static func _asinh(_ x: Self) -> Self { _recorded(Elementary.ArcSinh.self, x) }
  @inlinable @inline(__always)
  public static func _acosh(_ x: Self) -> Self { _recorded(Elementary.ArcCosh.self, x) }
  @inlinable @inline(__always)
  public static func _atanh(_ x: Self) -> Self { _recorded(Elementary.ArcTanh.self, x) }
  @inlinable @inline(__always)
  public static func _erf(_ x: Self) -> Self { _recorded(Elementary.Erf.self, x) }
  @inlinable @inline(__always)
  public static func _abs(_ x: Self) -> Self { _recorded(Elementary.AbsoluteValue.self, x) }
  @inlinable @inline(__always)
  public static func _sign(_ x: Self) -> Self { _recorded(Elementary.Sign.self, x) }
  @inlinable @inline(__always)
  public static func _floor(_ x: Self) -> Self { _recorded(Elementary.Floor.self, x) }
  @inlinable @inline(__always)
  public static func _ceil(_ x: Self) -> Self { _recorded(Elementary.Ceiling.self, x) }
  @inlinable @inline(__always)
  public static func _round(_ x: Self) -> Self { _recorded(Elementary.Round.self, x) }
  @inlinable @inline(__always)
  public static func _sigmoid(_ x: Self) -> Self { _recorded(Elementary.Sigmoid.self, x) }
  @inlinable @inline(__always)
  public static func _softplus(_ x: Self) -> Self { _recorded(Elementary.Softplus.self, x) }
  @inlinable @inline(__always)
  public static func _relu(_ x: Self) -> Self { _recorded(Elementary.Relu.self, x) }
  @inlinable @inline(__always)
  public static func _pow(_ a: Self, _ b: Self) -> Self { _recorded(Elementary.Power.self, a, b) }
  @inlinable @inline(__always)
  public static func _atan2(_ a: Self, _ b: Self) -> Self {
    _recorded(Elementary.ArcTan2.self, a, b)
  }
  @inlinable @inline(__always)
  public static func _minimum(_ a: Self, _ b: Self) -> Self {
    _recorded(Elementary.Minimum.self, a, b)
  }
  @inlinable @inline(__always)
  public static func _maximum(_ a: Self, _ b: Self) -> Self {
    _recorded(Elementary.Maximum.self, a, b)
  }
  @inlinable @inline(__always)
  public static func _scaled(_ a: Self, _ b: Self) -> Self {
    _recorded(Elementary.Scaled.self, a, b)
  }
}
