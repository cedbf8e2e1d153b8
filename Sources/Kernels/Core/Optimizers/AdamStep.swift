// One step of Adam over a stretch of a parameter, in a single pass: 16 bytes of each float32
// parameter are read and 12 written, as little as the method allows.

import AdjointElementary
import AdjointKernels

/// The addresses of one step.
@frozen @usableFromInline
struct AdamAddresses {
  @usableFromInline let gradient: UnsafeRawPointer
  @usableFromInline let first, second, parameter: UnsafeMutableRawPointer

  @export(implementation) @inline(__always)
  init(
    _ gradient: UnsafeRawPointer, _ first: UnsafeMutableRawPointer,
    _ second: UnsafeMutableRawPointer, _ parameter: UnsafeMutableRawPointer
  ) {
    self.gradient = gradient
    self.first = first
    self.second = second
    self.parameter = parameter
  }
}

/// The factors in the element type.
@frozen @usableFromInline
struct AdamRule<Element: Lanes> {
  @usableFromInline let beta1, rest1, beta2, rest2, correction1, correction2, epsilon: Element
  @usableFromInline let weightDecay, rate: Element

  @export(implementation) @inline(__always)
  init(_ factors: AdamFactors) {
    beta1 = Element(nearest: factors.beta1)
    rest1 = Element(nearest: 1 - factors.beta1)
    beta2 = Element(nearest: factors.beta2)
    rest2 = Element(nearest: 1 - factors.beta2)
    correction1 = Element(nearest: factors.correction1)
    correction2 = Element(nearest: factors.correction2)
    epsilon = Element(nearest: factors.epsilon)
    weightDecay = Element(nearest: factors.weightDecay ?? 0)
    rate = Element(nearest: factors.rate)
  }

  // The operations are those of `Combination`, `SquareCombination` and `RootQuotient` in their
  // order, so that a chain gives the same bits whether its links are run one by one or as this
  // step.
  @export(implementation) @inline(__always)
  func step(_ at: AdamAddresses, _ offset: Int, decays: Bool) {
    let gradient = Element.load(at.gradient + offset)
    let first = Element.multiplyAdd(beta1, Element.load(at.first + offset), rest1 * gradient)
    let second = Element.multiplyAdd(
      beta2, Element.load(at.second + offset), rest2 * (gradient * gradient))
    let parameter = Element.load(at.parameter + offset)
    var update = correction1 * first / (Element._sqrt(correction2 * second) + epsilon)
    if decays { update = update + weightDecay * parameter }
    first.store(at.first + offset)
    second.store(at.second + offset)
    (parameter - rate * update).store(at.parameter + offset)
  }
}

/// See `KernelSet.adam`.
@export(implementation) @inline(never)
func adam<Element: Lanes>(
  _: Element.Type, _ count: Int, _ factors: AdamFactors, _ at: AdamAddresses
) {
  let rule = AdamRule<Element>(factors)
  let whole = count / Element.width &* Element.stride
  let rest = count &* Element.size &- whole
  adamWhole(rule, whole, at, factors.weightDecay != nil)
  guard rest > 0 else { return }
  // As in `apply`: the same instructions for the rest, by way of the stack.
  var scratch = Scratch<Element>()
  withUnsafeMutableBytes(of: &scratch) { bytes in
    let a = bytes.baseAddress.unsafelyUnwrapped
    let b = a + Element.stride
    let c = b + Element.stride
    let d = c + Element.stride
    a.copyMemory(from: at.gradient + whole, byteCount: rest)
    b.copyMemory(from: at.first + whole, byteCount: rest)
    c.copyMemory(from: at.second + whole, byteCount: rest)
    d.copyMemory(from: at.parameter + whole, byteCount: rest)
    adamWhole(rule, Element.stride, AdamAddresses(a, b, c, d), factors.weightDecay != nil)
    (at.first + whole).copyMemory(from: b, byteCount: rest)
    (at.second + whole).copyMemory(from: c, byteCount: rest)
    (at.parameter + whole).copyMemory(from: d, byteCount: rest)
  }
}

@export(implementation) @inline(never)
func adamWhole<Element: Lanes>(
  _ rule: AdamRule<Element>, _ byteCount: Int, _ at: AdamAddresses, _ decays: Bool
) {
  var offset = 0
  while offset < byteCount {
    rule.step(at, offset, decays: decays)
    offset &+= Element.stride
  }
}

// MARK: - The answers to `KernelSet`

extension LoopSet {
  @export(implementation) @inline(__always)
  public static func adam(
    _ element: KernelElement, _ count: Int, _ factors: AdamFactors,
    _ gradient: UnsafeRawPointer, _ first: UnsafeMutableRawPointer,
    _ second: UnsafeMutableRawPointer, _ parameter: UnsafeMutableRawPointer
  ) {
    let addresses = AdamAddresses(gradient, first, second, parameter)
    switch element {
    case .float32: AdjointKernelCore.adam(Single.self, count, factors, addresses)
    case .float64: AdjointKernelCore.adam(Twofold.self, count, factors, addresses)
    }
  }
}
