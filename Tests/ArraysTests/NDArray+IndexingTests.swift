// Gathers against their definition, scatters as their transposes.

import Testing

@testable import AdjointArrays

@Suite struct NDArrayIndexingTests {
  private func places(_ shape: Shape, below bound: Int, seed: UInt64) -> NDArray {
    var generator = RandomGenerator(seed: seed)
    return NDArray.uniform(
      0..<Double(bound), shape: shape, dtype: .float64, using: &generator
    ).converted(to: .int32)
  }

  @Test func gathersFollowTheirDefinition() {
    for dtype in DType.allCases {
      let x = NDArray.wholeNumbers([3, 4, 5], dtype)
      for axis in 0..<3 {
        for shape in [[], [6], [2, 3], [0]] as [Shape] {
          let chosen = places(shape, below: x.shape[axis], seed: 9)
          let target = Shape(x.shape.prefix(axis) + Array(shape) + x.shape.dropFirst(axis + 1))
          let expected = NDArray.tabulated(target, dtype) { index in
            let place = chosen.at(Array(index[axis..<(axis + shape.rank)]))
            return x.at(index.prefix(axis) + [Int(place)] + index.dropFirst(axis + shape.rank))
          }
          for layout in x.layouts {
            #expect(same(layout.gathered(chosen, along: axis), expected))
          }
        }
      }
    }
  }

  @Test func scatterIsTheTransposeOfGather() throws {
    // <gather x, y> = <x, scatter y>, exact for small whole numbers; indices repeat.
    for shape in [[5], [5, 3], [2, 5, 3], [3, 300]] as [Shape] {
      let x = NDArray.wholeNumbers(shape, seed: 1)
      for axis in 0..<shape.rank {
        for chosenShape in [[], [7], [2, 3], [400]] as [Shape] {
          let chosen = places(chosenShape, below: shape[axis], seed: 2)
          let gathered = x.gathered(chosen, along: axis)
          let y = NDArray.wholeNumbers(gathered.shape, seed: 3)
          for layout in [y] + y.layouts {
            let back = try NDArray.scatterAdd(into: shape, layout, chosen, along: axis)
            #expect(innerProduct(gathered, y) == innerProduct(x, back))
          }
          let integers = try NDArray.scatterAdd(
            into: shape, y.converted(to: .int32), chosen, along: axis)
          let singles = try NDArray.scatterAdd(
            into: shape, y.converted(to: .float32), chosen, along: axis)
          #expect(integers.numbers == singles.numbers)
        }
      }
    }
  }

  @Test func repeatedIndicesAddInOrder() throws {
    // (1e16 + 1) - 1e16 is 0 in double precision, while (1e16 - 1e16) + 1 is 1: order shows.
    let chosen = NDArray([0, 0, 0] as [Int32], shape: [3])
    let first = NDArray([1e16, 1, -1e16], shape: [3])
    let second = NDArray([1e16, -1e16, 1], shape: [3])
    #expect(try NDArray.scatterAdd(into: [1], first, chosen, along: 0).item() == 0)
    #expect(try NDArray.scatterAdd(into: [1], second, chosen, along: 0).item() == 1)
  }

  @Test func linewiseGathersAndScattersAreTransposes() throws {
    for shape in [[5], [4, 3], [2, 4, 3]] as [Shape] {
      let x = NDArray.wholeNumbers(shape, seed: 1)
      for axis in 0..<shape.rank {
        for count in [0, 1, 6] {
          var dimensions = shape.dimensions
          dimensions[axis] = count
          let chosen = places(Shape(dimensions), below: shape[axis], seed: 4)
          let expected = NDArray.tabulated(chosen.shape) { index in
            var source = index
            source[axis] = Int(chosen.at(index))
            return x.at(source)
          }
          for layout in x.layouts {
            #expect(same(layout.gatheredAlong(chosen, axis: axis), expected))
          }
          let y = NDArray.wholeNumbers(chosen.shape, seed: 5)
          let back = try NDArray.scatterAddAlong(into: shape, y, chosen, axis: axis)
          #expect(innerProduct(expected, y) == innerProduct(x, back))
        }
      }
    }
  }

  @Test func indicesOutsideAreFound() {
    let chosen = NDArray([0, 2, 3, -1] as [Int32], shape: [2, 2])
    #expect(chosen.firstIndex(outside: 0..<4) == 3)
    #expect(chosen.firstIndex(outside: 0..<3) == 2)
    #expect(chosen.swappingLastTwoAxes().firstIndex(outside: 0..<3) == 1)
    #expect(chosen.firstIndex(outside: -1..<4) == nil)
  }
}
