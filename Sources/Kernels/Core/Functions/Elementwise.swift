// The one loop of all elementwise kernels, and how a line of the elementary table becomes its body.
// It has never heard of any particular function.

import AdjointElementary
import AdjointKernels

/// What an elementwise loop computes from up to four operands; a rule ignores those it has not.
public protocol Rule {
  /// The type of vector that the rule computes with.
  associatedtype Element: Lanes
  /// The number of operands, 1 to 4.
  static var operandCount: Int { get }
  /// The result for one vector of each operand.
  func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element
}

/// The addresses of the operands of a loop, all of them readable.
///
/// Operands that a rule does not read, and those it has not, repeat the first address. So the loop
/// may load all four, and need not prove that it never touches an address that was not given.
@frozen
public struct Operands {
  @usableFromInline var a, b, c, d: UnsafeRawPointer

  /// Up to four addresses.
  @inlinable @inline(__always)
  public init(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer? = nil, _ c: UnsafeRawPointer? = nil,
    _ d: UnsafeRawPointer? = nil
  ) {
    self.a = a
    self.b = b ?? a
    self.c = c ?? a
    self.d = d ?? a
  }

  /// The operands of a line of the table, in the order that `ElementwiseRole` gives.
  ///
  /// Not inlinable: it asks the table what a rule reads, and what that compiles to must not end up
  /// in a module with wide instructions.
  public init(
    _ addresses: UnsafePointer<UnsafeRawPointer>, function: Elementary.Opcode, role: ElementwiseRole
  ) {
    let isBinary = function.arity == 2
    guard role != .value else {
      self.init(addresses[0], isBinary ? addresses[1] : nil)
      return
    }
    let reads = readsOfRules[Int(function.rawValue)]
    let readsOperands = reads.contains(.operands)
    let readsResult = reads.contains(.result)
    if isBinary {
      self.init(
        addresses[0], readsOperands ? addresses[1] : nil, readsOperands ? addresses[2] : nil,
        readsResult ? addresses[3] : nil)
    } else {
      self.init(
        addresses[0], readsOperands ? addresses[1] : nil, readsResult ? addresses[2] : nil)
    }
  }
}

/// What each function's rules read, by opcode.
///
/// Behind a pointer, which is never freed: an array would be retained and released by every call.
nonisolated(unsafe) private let readsOfRules: UnsafePointer<Reads> = {
  let functions = Elementary.Opcode.allCases
  let table = UnsafeMutablePointer<Reads>.allocate(capacity: functions.count)
  for function in functions {
    (table + Int(function.rawValue)).initialize(to: function.reads)
  }
  return UnsafePointer(table)
}()

/// Applies the rule to `count` elements of each operand.
///
/// Whole vectors first. Then the rest, fewer elements than a vector has, is copied to the stack,
/// goes through the same loop once more as one full vector, and comes back: the same instructions
/// give the same bits, and a destination that is also an operand is read before it is written. The
/// rejected alternative, a last vector that overlaps the one before, would read elements already
/// overwritten.
@inlinable @inline(never)
public func apply<R: Rule>(
  _ rule: R, _ count: Int, _ operands: Operands, _ destination: UnsafeMutableRawPointer
) {
  typealias Element = R.Element
  let whole = count / Element.width &* Element.stride
  let rest = count &* Element.size &- whole
  if whole > 0 { applyWhole(rule, whole, operands, destination) }
  guard rest > 0 else { return }
  var scratch = Scratch<Element>()
  withUnsafeMutableBytes(of: &scratch) { bytes in
    // The address of a local is never nil.
    let a = bytes.baseAddress.unsafelyUnwrapped
    let b = a + Element.stride
    let c = b + Element.stride
    let d = c + Element.stride
    a.copyMemory(from: operands.a + whole, byteCount: rest)
    if R.operandCount > 1 { b.copyMemory(from: operands.b + whole, byteCount: rest) }
    if R.operandCount > 2 { c.copyMemory(from: operands.c + whole, byteCount: rest) }
    if R.operandCount > 3 { d.copyMemory(from: operands.d + whole, byteCount: rest) }
    applyWhole(rule, Element.stride, Operands(a, b, c, d), a)
    (destination + whole).copyMemory(from: a, byteCount: rest)
  }
}

/// One vector of each operand.
@frozen
@usableFromInline
struct Scratch<Element: Lanes> {
  @usableFromInline var a, b, c, d: Element
  @inlinable @inline(__always)
  init() {
    a = 0
    b = 0
    c = 0
    d = 0
  }
}

/// The loop proper; out of line, so that a rule is compiled once for whole vectors and rest
/// together.
@inlinable @inline(never)
func applyWhole<R: Rule>(
  _ rule: R, _ byteCount: Int, _ operands: Operands, _ destination: UnsafeMutableRawPointer
) {
  typealias Element = R.Element
  var offset = 0
  while offset < byteCount {
    let y = rule.evaluate(
      Element.load(operands.a + offset), Element.load(operands.b + offset),
      Element.load(operands.c + offset), Element.load(operands.d + offset))
    y.store(destination + offset)
    offset &+= Element.stride
  }
}

// MARK: - The lines of the table as rules

/// `f(a)`.
@frozen public struct UnaryValue<Element: Lanes, F: UnaryFunction>: Rule {
  @inlinable @inline(__always) init() {}
  @inlinable @inline(__always) public static var operandCount: Int { 1 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    F.value(a)
  }
}

/// `a · f'(b)`, with `c = f(b)`.
@frozen public struct UnaryChain<Element: Lanes, F: UnaryFunction>: Rule {
  @inlinable @inline(__always) init() {}
  @inlinable @inline(__always) public static var operandCount: Int { 3 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    F.chain(a, x: b, y: c)
  }
}

/// `f(a, b)`.
@frozen public struct BinaryValue<Element: Lanes, F: BinaryFunction>: Rule {
  @inlinable @inline(__always) init() {}
  @inlinable @inline(__always) public static var operandCount: Int { 2 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    F.value(a, b)
  }
}

/// `a · ∂f/∂(first)` at `(b, c)`, with `d = f(b, c)`.
@frozen public struct BinaryChainFirst<Element: Lanes, F: BinaryFunction>: Rule {
  @inlinable @inline(__always) init() {}
  @inlinable @inline(__always) public static var operandCount: Int { 4 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    F.chainFirst(a, b, c, y: d)
  }
}

/// `a · ∂f/∂(second)` at `(b, c)`, with `d = f(b, c)`.
@frozen public struct BinaryChainSecond<Element: Lanes, F: BinaryFunction>: Rule {
  @inlinable @inline(__always) init() {}
  @inlinable @inline(__always) public static var operandCount: Int { 4 }
  @inlinable @inline(__always)
  public func evaluate(_ a: Element, _ b: Element, _ c: Element, _ d: Element) -> Element {
    F.chainSecond(a, b, c, y: d)
  }
}

/// Runs one line of the table, once the function is known.
@frozen @usableFromInline
struct LineOfTable<Element: Lanes>: UnaryVisitor, BinaryVisitor {
  @usableFromInline let role: ElementwiseRole
  @usableFromInline let count: Int
  @usableFromInline let operands: Operands
  @usableFromInline let destination: UnsafeMutableRawPointer

  @inlinable @inline(__always)
  init(
    _ role: ElementwiseRole, _ count: Int, _ operands: Operands,
    _ destination: UnsafeMutableRawPointer
  ) {
    self.role = role
    self.count = count
    self.operands = operands
    self.destination = destination
  }

  @inlinable @inline(__always)
  func visit<F: UnaryFunction>(_ function: F.Type) {
    switch role {
    case .value: apply(UnaryValue<Element, F>(), count, operands, destination)
    case .chainFirst: apply(UnaryChain<Element, F>(), count, operands, destination)
    case .chainSecond:
      preconditionFailure("a function of one operand has no second derivative rule")
    }
  }

  @inlinable @inline(__always)
  func visit<F: BinaryFunction>(_ function: F.Type) {
    switch role {
    case .value: apply(BinaryValue<Element, F>(), count, operands, destination)
    case .chainFirst: apply(BinaryChainFirst<Element, F>(), count, operands, destination)
    case .chainSecond: apply(BinaryChainSecond<Element, F>(), count, operands, destination)
    }
  }
}

/// Evaluates one line of the table; see `KernelSet.elementwise`.
@inlinable @inline(never)
public func elementwise<Element: Lanes>(
  _: Element.Type, _ function: Elementary.Opcode, _ role: ElementwiseRole, _ count: Int,
  _ operands: Operands, _ destination: UnsafeMutableRawPointer
) {
  let line = LineOfTable<Element>(role, count, operands, destination)
  if function.arity == 1 { function.unary(line) } else { function.binary(line) }
}
