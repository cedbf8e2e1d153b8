// What a function returns beside its result: the gradient is the same without it, and it leaves as
// a constant unless an outer derivative wants it.

import AdjointArrays
import AdjointElementary
import Testing

@testable import AdjointDifferentiation

@Suite struct AuxiliaryTests {
  private let x = Tensor([1, 2], dtype: .float64)

  @Test func oneValue() throws {
    let (value, slope, squares) = try valueWithGradientAndAuxiliary(at: x) { x in
      let squares = x * x
      return (squares.sum(), squares)
    }
    #expect(value.item == 5 && slope.doubles == [2, 4] && squares.doubles == [1, 4])
    #expect(!squares.isRecorded && !value.isRecorded)
  }

  @Test func severalValues() throws {
    let (_, slope, parts) = try valueWithGradientAndAuxiliary(at: x) { x in
      let parts: [String: [Tensor?]] = ["parts": x.split(into: 2), "none": [nil]]
      return ((x * x).sum(), parts)
    }
    #expect(slope.doubles == [2, 4])
    #expect(parts["parts"]?.map { $0?.doubles } == [[1], [2]] && parts["none"]?.count == 1)
    #expect(parts["parts"]?.contains { $0?.isRecorded == true } == false)
  }

  @Test func valuesOfSwift() throws {
    #expect(try valueWithGradientAndAuxiliary(at: x) { ($0.sum(), $0.rank) }.auxiliary == 1)
    #expect(try valueWithGradientAndAuxiliary(at: x) { ($0.sum(), "text") }.auxiliary == "text")
    #expect(try valueWithGradientAndAuxiliary(at: x) { ($0.sum(), $0.isRecorded) }.auxiliary)
    let mean = try valueWithGradientAndAuxiliary(at: x) { x in (x.sum(), x.mean().item) }
    #expect(mean.auxiliary == 1.5 && mean.gradient.doubles == [1, 1])
  }

  @Test func severalArguments() throws {
    let y = Tensor([3, 5], dtype: .float64)
    let (value, (dx, dy), product) = try valueWithGradientAndAuxiliary(at: x, y) { x, y in
      let product = x * y
      return (product.sum(), product)
    }
    #expect(value.item == 13 && dx.doubles == [3, 5] && dy.doubles == [1, 2])
    #expect(product.doubles == [3, 10] && !product.isRecorded)
    let three = try valueWithGradientAndAuxiliary(at: x, y, Scalar(2)) { x, y, a in
      let product = a * x * y
      return (product.sum(), [a, a * a])
    }
    #expect(three.gradient.2.value == 13 && three.auxiliary.map(\.value) == [2, 4])
    #expect(three.auxiliary.allSatisfy { !$0.isRecorded })
  }

  @Test func numbers() {
    let (value, slope, root) = valueWithGradientAndAuxiliary(at: 4.0) { x in
      let root = sqrt(x)
      return (root * x, root)
    }
    #expect(value == 8 && slope == 3 && root.value == 2)
    #expect(!root.isRecorded)
  }

  // With y = x², the inner call gives the slope 2x beside x³. The outer derivative of their product
  // summed, 2x · x³, is 8 x³; of a constant x³ it would be 2 x³.
  @Test func anOuterDerivativePassesThrough() throws {
    let outer = try gradient(at: x) { x in
      let (_, slope, cube) = try valueWithGradientAndAuxiliary(at: x) { x in
        let square = x * x
        return (square.sum(), square * x)
      }
      #expect(cube.isRecorded)
      return (slope * cube).sum()
    }
    #expect(outer.doubles == [8, 64])
  }

  @Test func mistakesAreThrown() {
    #expect(throws: TensorError.self) {
      _ = try valueWithGradientAndAuxiliary(at: x) { x in (x * x, x) }
    }
    #expect(throws: CancellationError.self) {
      _ = try valueWithGradientAndAuxiliary(at: x) { x in
        if x.rank == 1 { throw CancellationError() }
        return (x.sum(), x)
      }
    }
  }
}
