// How the elements along an axis are ordered.
//
// Every element becomes an unsigned key whose order is the wanted one (NaN after everything, both
// zeros equal), joined with its position: sorting such pairs as integers is stable by construction.

extension NDArray {
  /// The elements along an axis in order; equal ones keep their order and NaN comes last.
  package func sorted(along axis: Int, descending: Bool = false) -> NDArray {
    gatheredAlong(argsort(along: axis, descending: descending), axis: axis)
  }

  /// The positions, `int32`, from which ``sorted(along:descending:)`` takes its elements.
  package func argsort(along axis: Int, descending: Bool = false) -> NDArray {
    precondition(axis >= 0 && axis < rank, "\(shape) has no axis \(axis)")
    precondition(shape[axis] <= Int(Int32.max), "axis \(axis) of \(shape) is too long to sort")
    let result = NDArray(uninitialized: shape, dtype: .int32)
    if elementCount == 0 { return result }
    let dense = contiguous()
    let (source, destination) = (dense.address, result.storage.bytes)
    let lines = AxisLines(shape, axis)
    let dtype = self.dtype
    lines.forEach { _, start in
      switch dtype {
      case .float32: lines.sort(start, source, destination, descending, Float.self)
      case .float64: lines.sort(start, source, destination, descending, Double.self)
      case .int32: lines.sort(start, source, destination, descending, Int32.self)
      case .bool: lines.sort(start, source, destination, descending, UInt8.self)
      }
    }
    withExtendedLifetime(dense) {}
    return result
  }
}

extension AxisLines {
  /// Sorts one line by pairs of key and position.
  fileprivate func sort<T: Ordered>(
    _ start: Int, _ source: UnsafeRawPointer, _ destination: UnsafeMutableRawPointer,
    _ descending: Bool, _ type: T.Type
  ) {
    var pairs = [T.Pair](unsafeUninitializedCapacity: count) { pairs, initialized in
      for i in 0..<count {
        let value = source.element(start &+ i &* inner, as: T.self)
        pairs.initializeElement(at: i, to: value.pair(at: UInt32(i), descending))
      }
      initialized = count
    }
    pairs.sort()
    for i in 0..<count {
      destination.element(
        start &+ i &* inner, Int32(truncatingIfNeeded: T.position(pairs[i])))
    }
  }
}

/// A number that can be joined with its position so that the pairs are in order and no two are
/// equal.
private protocol Ordered: BitwiseCopyable {
  associatedtype Pair: Comparable
  func pair(at position: UInt32, _ descending: Bool) -> Pair
  static func position(_ pair: Pair) -> UInt32
}

/// Types whose key and position share one word.
private protocol NarrowlyOrdered: Ordered where Pair == UInt64 {
  func key(_ descending: Bool) -> UInt32
}

extension NarrowlyOrdered {
  fileprivate func pair(at position: UInt32, _ descending: Bool) -> UInt64 {
    UInt64(key(descending)) << 32 | UInt64(position)
  }
  fileprivate static func position(_ pair: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: pair) }
}

// For positive floating-point numbers the bits are in order already; for negative ones the order is
// reversed, so all bits flip; the sign bit flips to put positive ones above.

extension Float: NarrowlyOrdered {
  fileprivate func key(_ descending: Bool) -> UInt32 {
    if isNaN { return .max }
    let bits = self == 0 ? 0 : bitPattern
    let key = bits >> 31 == 0 ? bits ^ 0x8000_0000 : ~bits
    return descending ? ~key : key
  }
}

extension Int32: NarrowlyOrdered {
  fileprivate func key(_ descending: Bool) -> UInt32 {
    let key = UInt32(bitPattern: self) ^ 0x8000_0000
    return descending ? ~key : key
  }
}

extension UInt8: NarrowlyOrdered {
  fileprivate func key(_ descending: Bool) -> UInt32 {
    descending ? ~UInt32(self) : UInt32(self)
  }
}

extension Double: Ordered {
  fileprivate struct Pair: Comparable {
    let key: UInt64
    let position: UInt32
    static func < (a: Pair, b: Pair) -> Bool {
      a.key != b.key ? a.key < b.key : a.position < b.position
    }
  }
  fileprivate func pair(at position: UInt32, _ descending: Bool) -> Pair {
    if isNaN { return Pair(key: .max, position: position) }
    let bits = self == 0 ? 0 : bitPattern
    let key = bits >> 63 == 0 ? bits ^ 0x8000_0000_0000_0000 : ~bits
    return Pair(key: descending ? ~key : key, position: position)
  }
  fileprivate static func position(_ pair: Pair) -> UInt32 { pair.position }
}
