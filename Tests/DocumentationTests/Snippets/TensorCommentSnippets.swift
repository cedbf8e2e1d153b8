// swift-format-ignore-file
// The examples in the documentation comments of tensor functions, letter for letter between the
// marks; see DocCommentSnippets.swift.

import Adjoint

enum TensorCommentSnippets {
  static func scans1() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Scans.swift", 1)
      Tensor([2, 3, 0, 5]).cumulativeProduct(along: 0)  // [2.0, 6.0, 0.0, 0.0]
      shown()
    }
  }

  static func scans2() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Scans.swift", 2)
      Tensor([1, 3, 2, 5]).cumulativeMaximum(along: 0)  // [1.0, 3.0, 3.0, 5.0]
      shown()
    }
  }

  static func matrices1() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Matrices.swift", 1)
      Tensor([[1, 2], [3, 4]]).lowerTriangle()              // [[1, 0], [3, 4]]
      Tensor([[1, 2], [3, 4]]).lowerTriangle(diagonal: -1)  // [[0, 0], [3, 0]]
      shown()
    }
  }

  static func matrices2() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Matrices.swift", 2)
      Tensor([[1, 2], [3, 4]]).upperTriangle()             // [[1, 2], [0, 4]]
      Tensor([[1, 2], [3, 4]]).upperTriangle(diagonal: 1)  // [[0, 2], [0, 0]]
      shown()
    }
  }

  static func matrices3() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Matrices.swift", 3)
      Tensor([[1, 2, 3], [4, 5, 6]]).diagonal()           // [1, 5]
      Tensor([[1, 2, 3], [4, 5, 6]]).diagonal(offset: 1)  // [2, 6]
      shown()
    }
  }

  static func matrices4() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Matrices.swift", 4)
      Tensor([1, 2]).diagonalMatrix()  // [[1, 0], [0, 2]]
      shown()
    }
  }

  static func repeating1() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Repeating.swift", 1)
      Tensor([[1, 2]]).tiled([2, 2])  // [[1, 2, 1, 2], [1, 2, 1, 2]]
      shown()
    }
  }

  static func repeating2() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Repeating.swift", 2)
      Tensor([1, 2]).repeated(3, along: 0)  // [1, 1, 1, 2, 2, 2]
      shown()
    }
  }

  static func repeating3() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Repeating.swift", 3)
      Tensor([1, 2, 3]).repeated([2, 0, 1], along: 0)  // [1, 1, 3]
      shown()
    }
  }

  static func repeating4() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Repeating.swift", 4)
      Tensor([1, 2, 3]).rolled(by: 1, along: 0)  // [3, 1, 2]
      shown()
    }
  }

  static func repeating5() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Repeating.swift", 5)
      let x = Tensor([1, 2, 3])
      x.padded(before: [2], after: [1], mode: .reflect)    // [3, 2, 1, 2, 3, 2]
      x.padded(before: [2], after: [1], mode: .replicate)  // [1, 1, 1, 2, 3, 3]
      x.padded(before: [2], after: [1], mode: .circular)   // [2, 3, 1, 2, 3, 1]
      shown()
    }
  }

  static func repeating6() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Repeating.swift", 6)
      Tensor([1, 2, 3]).split(sizes: [2, 1])  // [1, 2] and [3]
      shown()
    }
  }

  static func statistics1() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Statistics.swift", 1)
      Tensor([1, 2, 3, 4]).standardDeviation()               // 1.1180
      Tensor([1, 2, 3, 4]).standardDeviation(correction: 1)  // 1.2910
      shown()
    }
  }

  static func statistics2() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Statistics.swift", 2)
      Tensor([5, 1, 4]).median()     // 4
      Tensor([5, 1, 4, 2]).median()  // 3
      shown()
    }
  }

  static func statistics3() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Statistics.swift", 3)
      Tensor([3, -4]).norm(order: 1)          // 7
      Tensor([3, -4]).norm(order: .infinity)  // 4
      shown()
    }
  }

  static func indexing2(_ start: Tensor, _ y: Tensor) {
    var x = start
    show("Sources/Differentiation/Tensor/Tensor+Indexing.swift", 2)
    x[0] = y[1]             // a row
    x[.all, 0] = 5          // a number for each element of the first column
    shown()
    use(x)
  }

  static func indexing3(_ x: Tensor) {
    show("Sources/Differentiation/Tensor/Tensor+Indexing.swift", 3)
    let corner = x[at: Array(repeating: 0..<2, count: x.rank)]
    shown()
    use(corner)
  }

  static func indexing4() {
    evaluate {
      show("Sources/Differentiation/Tensor/Tensor+Indexing.swift", 4)
      Tensor([1, 2, 3]).replacing(at: 1, with: 5)  // [1.0, 5.0, 3.0]
      shown()
    }
  }
}
