// What users of other libraries write, and what to write instead. Nothing here can be called: the
// text is what the compiler says, where it would otherwise speak about protocols of integers.

import AdjointElementary

extension Tensor {
  @available(*, unavailable, message: "write x .== y for each element, x.item == 2 for one number")
  public static func == (a: Tensor, b: Tensor) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .!= y for each element, x.item != 2 for one number")
  public static func != (a: Tensor, b: Tensor) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .< y for each element, x.item < 2 for one number")
  public static func < (a: Tensor, b: Tensor) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .<= y for each element, x.item <= 2 for one number")
  public static func <= (a: Tensor, b: Tensor) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .> y for each element, x.item > 2 for one number")
  public static func > (a: Tensor, b: Tensor) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .>= y for each element, x.item >= 2 for one number")
  public static func >= (a: Tensor, b: Tensor) -> Bool { fatalError() }

  @available(*, unavailable, message: "write x .== y for each element, x.item == y for one number")
  public static func == <N: PlainNumber>(a: Tensor, b: N) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .!= y for each element, x.item != y for one number")
  public static func != <N: PlainNumber>(a: Tensor, b: N) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .< y for each element, x.item < y for one number")
  public static func < <N: PlainNumber>(a: Tensor, b: N) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .<= y for each element, x.item <= y for one number")
  public static func <= <N: PlainNumber>(a: Tensor, b: N) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .> y for each element, x.item > y for one number")
  public static func > <N: PlainNumber>(a: Tensor, b: N) -> Bool { fatalError() }
  @available(*, unavailable, message: "write x .>= y for each element, x.item >= y for one number")
  public static func >= <N: PlainNumber>(a: Tensor, b: N) -> Bool { fatalError() }

  @available(*, unavailable, message: "write pow(x, y), or x.squared()")
  public static func ^ (a: Tensor, b: Tensor) -> Tensor { fatalError() }
  @available(*, unavailable, message: "write x.transposed()")
  public var T: Tensor { fatalError() }
  @available(*, unavailable, message: "gradients are returned: gradient(at: x) { x in … }")
  public var grad: Tensor { fatalError() }
  @available(*, unavailable, message: "gradients are returned: gradient(at: x) { x in … }")
  public func backward() { fatalError() }
  @available(*, unavailable, renamed: "detached()")
  public func detach() -> Tensor { fatalError() }
  @available(*, unavailable, message: "write x.reshaped(to: [2, 3])")
  public func reshape(_ lengths: Int...) -> Tensor { fatalError() }
  @available(*, unavailable, message: "write x.reshaped(to: [2, 3])")
  public func view(_ lengths: Int...) -> Tensor { fatalError() }
  @available(*, unavailable, message: "write x[.newAxis, .ellipsis]")
  public func unsqueeze(_ axis: Int) -> Tensor { fatalError() }
}

extension Tensor {
  @available(*, unavailable, message: "write x.item, without parentheses")
  public func item(_ position: Int = 0) -> Double { fatalError() }
}
