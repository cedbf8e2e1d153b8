// The programs of docs/getting-started.md up to its models, letter for letter between the marks.
// Change one and the tests tell you to change the other.

import Adjoint

enum GettingStartedSnippets {
  static var all: [() throws -> Void] {
    [
      byHand, onATape, fanOut, oneCall, ownSlope, several, curvature, tensors, gradientOfTensors,
      mixture, pullbackOfTensors,
    ]
  }

  static func byHand() {
    show("docs/getting-started.md", 2)
    let (x, t) = (2.0, 1.0)
    var w = 0.5
    let y = sigmoid(w * x)
    let error = 0.5 * (t - y) * (t - y)
    let slope = -(t - y) * y * (1 - y) * x
    print("E =", ten(error), " dE/dw =", ten(slope))

    w -= 0.5 * slope
    let better = 0.5 * (t - sigmoid(w * x)) * (t - sigmoid(w * x))
    print("w =", ten(w), " E =", ten(better))
    shown()
  }

  static func onATape() {
    show("docs/getting-started.md", 3)
    let tape = Tape()
    let w = tape.variable(0.5, "w")
    let x = tape.variable(2, "x")
    let y = sigmoid(w * x)
    let error = 0.5 * (1 - y).squared()
    print(tape)
    shown()
    show("docs/getting-started.md", 4)
    let adjoints = tape.gradients(of: error)
    print(tape.described(with: adjoints))
    print("dE/dw =", ten(adjoints[w]))
    shown()
    show("docs/getting-started.md", 5)
    for step in tape.reverseSteps(of: error) { print(step) }
    shown()
  }

  static func fanOut() {
    show("docs/getting-started.md", 6)
    let tape = Tape()
    let a = tape.variable(1, "a")
    let b = a + a
    let c = b + b
    for step in tape.reverseSteps(of: c) { print(step) }
    shown()
  }

  static func oneCall() {
    show("docs/getting-started.md", 7)
    let slope = gradient(at: 0.5) { w in 0.5 * (1 - sigmoid(w * 2)).squared() }
    print("dE/dw =", ten(slope))
    shown()
  }

  static func ownSlope() {
    show("docs/getting-started.md", 9)
    let f = { (w: Scalar) in 0.5 * (1 - sigmoid(w * 2)).squared() }
    print(slope(at: 0.5, of: f) == gradient(at: 0.5, of: f))
    shown()
  }

  static func several() {
    show("docs/getting-started.md", 10)
    let (dx, dy) = gradient(at: 2.0, 3.0) { x, y in x * y + x }
    print(dx, dy)

    let slopes = gradient(at: [1.0, 2.0, 3.0]) { xs in
      var product: Scalar = 1
      for x in xs where x > 1 { product *= x }
      return product
    }
    print(slopes)
    shown()
  }

  static func curvature() {
    show("docs/getting-started.md", 11)
    let curvature = gradient(at: 0.5) { w in
      gradient(at: w) { w in 0.5 * (1 - sigmoid(w * 2)).squared() }
    }
    print(ten(curvature))
    shown()
  }

  static func tensors() {
    show("docs/getting-started.md", 12)
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    print(x.type)
    print(2 * x + 1)
    print(x.sum(over: 0), x[1], x[.all, 0], x[0..., 1...].shape)
    print(matmul(x, x.transposed()))
    shown()
  }

  static func gradientOfTensors() throws {
    show("docs/getting-started.md", 13)
    let x = Tensor([[1, 2], [3, 4]])
    let w = Tensor([0.5, -1])
    let (dx, dw) = try gradient(at: x, w) { x, w in (x * w).squared().sum() }
    print(dx)
    print(dw)
    shown()
  }

  static func mixture() throws {
    show("docs/getting-started.md", 14)
    let (value, slope) = try valueWithGradient(at: Scalar(3)) { a in
      (a * Tensor([1, 2], dtype: .float64)).squared().sum()
    }
    print(value, slope)
    shown()
  }

  static func pullbackOfTensors() throws {
    show("docs/getting-started.md", 15)
    let (y, pullback) = try valueWithPullback(at: Tensor([1, 2, 3])) { x in x * x }
    print(y, try pullback(Tensor([1, 0, 10])))
    shown()
  }
}

// show("docs/getting-started.md", 1)
func ten(_ x: Double) -> String { "\((x * 1e10).rounded() / 1e10)" }
// shown()

// show("docs/getting-started.md", 8)
func slope(at value: Double, of f: (Scalar) -> Scalar) -> Double {
  let tape = Tape()
  let x = tape.variable(value)
  return tape.gradients(of: f(x))[x]
}
// shown()
