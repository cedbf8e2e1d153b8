// How to keep up to eight integers, one per axis, without a heap allocation. It does not know
// whether they are sizes, strides or positions.
//
// A tuple rather than `InlineArray` (which needs a newer macOS than the package supports) or
// `SIMD8<Int>` (whose 64-byte alignment would pad every array by half a cache line).

/// One integer per axis, at most eight, stored in place.
struct AxisVector: Hashable, Sendable {
  static var capacity: Int { 8 }

  var slots: (Int, Int, Int, Int, Int, Int, Int, Int)
  private(set) var count: Int

  /// No axes.
  @inline(__always)
  init() {
    slots = (0, 0, 0, 0, 0, 0, 0, 0)
    count = 0
  }

  /// `count` equal values.
  @inline(__always)
  init(repeating value: Int, count: Int) {
    self.init()
    for _ in 0..<count { append(value) }
  }

  /// The values of a sequence of at most eight.
  init(_ values: some Sequence<Int>) {
    self.init()
    for value in values { append(value) }
  }

  @inline(__always)
  subscript(axis: Int) -> Int {
    get {
      precondition(UInt(bitPattern: axis) < UInt(bitPattern: count), "axis out of range")
      return withUnsafeBytes(of: slots) {
        $0.loadUnaligned(fromByteOffset: axis &* MemoryLayout<Int>.stride, as: Int.self)
      }
    }
    set {
      precondition(UInt(bitPattern: axis) < UInt(bitPattern: count), "axis out of range")
      withUnsafeMutableBytes(of: &slots) {
        $0.storeBytes(
          of: newValue, toByteOffset: axis &* MemoryLayout<Int>.stride, as: Int.self)
      }
    }
  }

  @inline(__always)
  mutating func append(_ value: Int) {
    precondition(count < Self.capacity, "an array has at most \(Self.capacity) axes")
    count &+= 1
    self[count &- 1] = value
  }

  mutating func insert(_ value: Int, at axis: Int) {
    append(value)
    var position = count - 1
    while position > axis {
      self[position] = self[position - 1]
      position -= 1
    }
    self[axis] = value
  }

  mutating func remove(at axis: Int) {
    for position in axis..<(count - 1) { self[position] = self[position + 1] }
    self[count - 1] = 0
    count -= 1
  }

  var values: [Int] { (0..<count).map { self[$0] } }

  @inline(__always)
  static func == (a: AxisVector, b: AxisVector) -> Bool {
    // Unused slots are zero, so all eight may be compared without a loop over the count.
    let x = a.slots
    let y = b.slots
    let low = (x.0 ^ y.0) | (x.1 ^ y.1) | (x.2 ^ y.2) | (x.3 ^ y.3)
    let high = (x.4 ^ y.4) | (x.5 ^ y.5) | (x.6 ^ y.6) | (x.7 ^ y.7)
    return a.count == b.count && (low | high) == 0
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for axis in 0..<count { hasher.combine(self[axis]) }
  }
}
