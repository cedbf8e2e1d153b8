// Arithmetic of whole numbers: right, or an error that names the operands; never a wrong number.

import AdjointElementary
import Testing

@testable import AdjointArrays

@Suite struct IntegerLoopsTests {
  private static let extremes: [Int32] = [
    0, 1, -1, 2, -2, 7, -7, 46_340, -46_341, .max, .min, .max - 1, .min + 1,
  ]

  /// What Swift's own integers say: nil for a result that does not fit.
  private static let binary: [(Elementary.Opcode, @Sendable (Int32, Int32) -> Int32?)] = [
    (.add, { checked($0.addingReportingOverflow($1)) }),
    (.subtract, { checked($0.subtractingReportingOverflow($1)) }),
    (.multiply, { checked($0.multipliedReportingOverflow(by: $1)) }),
    (.divide, { checked($0.dividedReportingOverflow(by: $1)) }),
    (.min, { min($0, $1) }),
    (.max, { max($0, $1) }),
  ]

  private static let unary: [(Elementary.Opcode, @Sendable (Int32) -> Int32?)] = [
    (.negate, { $0 == .min ? nil : -$0 }),
    (.abs, { $0 == .min ? nil : abs($0) }),
    (.sign, { $0.signum() }),
    (.square, { checked($0.multipliedReportingOverflow(by: $0)) }),
  ]

  private static func checked(_ result: (partialValue: Int32, overflow: Bool)) -> Int32? {
    result.overflow ? nil : result.partialValue
  }

  private func number(_ value: Int32) -> NDArray { NDArray([value], shape: [1]) }

  @Test func pairsOfExtremesAreRightOrRefused() {
    for (f, expected) in Self.binary {
      for a in Self.extremes {
        for b in Self.extremes {
          let result = try? NDArray.whole(f, number(a), number(b)).item()
          #expect(result == expected(a, b).map(Double.init), "\(a) \(f) \(b)")
        }
      }
    }
  }

  @Test func extremesAreRightOrRefused() {
    for (f, expected) in Self.unary {
      for a in Self.extremes {
        let result = try? NDArray.whole(f, number(a)).item()
        #expect(result == expected(a).map(Double.init), "\(f) \(a)")
      }
    }
  }

  /// One overflow is found wherever it stands, also by threads and between stretched operands.
  @Test func oneOverflowIsFoundAnywhere() throws {
    for count in [1, 5, 64, 1000, 300_000] {
      let ones = NDArray.ones([count], dtype: .int32)
      #expect(try NDArray.whole(.add, ones, ones).item(at: count - 1) == 2)
      for place in Set([0, count / 2, count - 1]) {
        var numbers = [Int32](repeating: 5, count: count)
        numbers[place] = .max
        let x = NDArray(numbers, shape: [count])
        let error = #expect(throws: ShapeError.self) {
          _ = try NDArray.whole(.add, x, NDArray.ones([1], dtype: .int32))
        }
        #expect(error?.problem.hasPrefix("2147483647 + 1 does not fit into int32") == true)
      }
    }
    let error = #expect(throws: ShapeError.self) {
      _ = try NDArray.whole(.divide, number(3), number(0))
    }
    #expect(error?.problem == "3 / 0 is not a whole number")
  }
}

@Suite struct WholeNumberReductionTests {
  private func reduced(_ kind: ReductionKind, _ numbers: [Int32]) -> Int? {
    let x = NDArray(numbers, shape: [numbers.count])
    return (try? x.reducedWhole(kind, over: [0]).item()).map { Int($0) }
  }

  /// Only the result counts: on the way a sum or a product may be larger.
  @Test func onlyTheResultHasToFit() {
    #expect(reduced(.sum, [.max, .max, .min, .min, 2]) == 0)
    #expect(reduced(.sum, [.max, 1]) == nil)
    #expect(reduced(.sum, [.min, -1]) == nil)
    #expect(reduced(.sum, [.min, .max]) == -1)
    #expect(reduced(.sum, []) == 0)
    #expect(reduced(.product, [.max, .max, .max, 0]) == 0)
    #expect(reduced(.product, [0, .min, .min]) == 0)
    #expect(reduced(.product, [.min, -1]) == nil)
    #expect(reduced(.product, [.min, -1, -1]) == Int(Int32.min))
    #expect(reduced(.product, [65_536, -32_768]) == Int(Int32.min))
    #expect(reduced(.product, [65_536, 32_768]) == nil)
    #expect(reduced(.product, []) == 1)
  }

  @Test func runningSumsAndSumsByIndexAreCheckedToo() throws {
    let x = NDArray([.max, 1, -1] as [Int32], shape: [3])
    #expect(throws: ShapeError.self) { _ = try x.cumulativeSum(along: 0) }
    #expect(try x.cumulativeSum(along: 0, reversed: true).numbers == [0x7fff_ffff, 0, -1])
    let same = NDArray([0, 0, 0] as [Int32], shape: [3])
    #expect(try NDArray.scatterAdd(into: [1], x, same, along: 0).item() == 0x7fff_ffff)
    #expect(try NDArray.scatterAddAlong(into: [1], x, same, axis: 0).item() == 0x7fff_ffff)
    let y = NDArray([.max, 1, 0] as [Int32], shape: [3])
    #expect(throws: ShapeError.self) { _ = try NDArray.scatterAdd(into: [1], y, same, along: 0) }
    #expect(throws: ShapeError.self) {
      _ = try NDArray.scatterAddAlong(into: [1], y, same, axis: 0)
    }
  }
}
