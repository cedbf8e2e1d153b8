// The laws that every elementwise kernel obeys, whatever it computes.

import AdjointElementary
import AdjointKernelCore
import AdjointKernels
import Testing

/// Ordinary numbers, and the ones where something may go wrong.
private func samples<S: Element>(_: S.Type, _ count: Int, _ generator: inout Generator) -> [S] {
  let special: [S] = [
    0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 20, -20, 100, -100, .infinity, -.infinity, .nan,
    .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
    .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, 2.5, 3.5, -2.5, 1e-6, -1e-6, 1e6,
  ]
  return (0..<count).map { _ in
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: special[Int.random(in: 0..<special.count, using: &generator)]
    case 1: S(Double.random(in: -1...1, using: &generator))
    case 2: S(Double.random(in: -10...10, using: &generator))
    default: S(Double.random(in: -100...100, using: &generator))
    }
  }
}

/// Seeds, operands and the matching result, in the order of the role.
private func operands<S: Element>(
  _: S.Type, _ function: Elementary.Opcode, _ role: ElementwiseRole, _ count: Int,
  _ generator: inout Generator
) -> [[S]] {
  var inputs = (0..<function.arity).map { _ in samples(S.self, count, &generator) }
  if function == .polygamma {
    // The order: a factorial beyond 20 is as inexact as the logarithm that it comes from.
    inputs[0] = (0..<count).map { _ in S(Int.random(in: -1...4, using: &generator)) }
  }
  if role == .value { return inputs }
  let result = (0..<count).map { i in
    PlainLine<S>.value(function, .value, inputs.map { $0[i] })
  }
  return [samples(S.self, count, &generator)] + inputs + [result]
}

/// The distance allowed between a kernel and the same line computed by the system, in ulps.
///
/// Lines without a function of the system's library are the same operations, and give the same
/// bits; the others may add up the errors of a few roundings.
private func tolerance(_ function: Elementary.Opcode, _ role: ElementwiseRole) -> Int {
  switch (function, role) {
  case (.exp, .value), (.expMinusOne, .value), (.log, .value), (.logOnePlus, .value),
    (.tanh, .value), (.sigmoid, .value):
    3
  case (.softplus, _): 5
  case (.erf, .chainFirst): 4
  case (.sin, _), (.cos, _), (.tan, .value), (.asin, .value), (.acos, .value), (.atan, .value),
    (.sinh, _), (.cosh, _), (.asinh, _), (.acosh, .value), (.atanh, .value), (.erf, .value):
    4
  case (.atan2, .value), (.pow, _): 4
  case (.atan2, _): 12
  case (.exp2, .value), (.log2, .value), (.log10, .value), (.cbrt, .value), (.erfc, _),
    (.hypot, .value), (.xLogY, .value), (.xLogY, .chainFirst), (.logAddExp, _):
    5
  case (.erfInverse, _), (.logGamma, .value): 8
  case (.logGamma, .chainFirst), (.digamma, _), (.polygamma, .value), (.polygamma, .chainSecond): 24
  default: 0
  }
}

/// The size of the terms that may cancel in a line, beside which the error is small.
private func size(_ function: Elementary.Opcode, _ role: ElementwiseRole) -> Double {
  switch (function, role) {
  case (.logAddExp, .value): 4
  case (.logGamma, _), (.digamma, .value): 2
  case (.polygamma, _): 100
  default: 0
  }
}

/// Checks one element against the elementary table, and says which if it is wrong.
private func expectLine<S: Element>(
  _ set: any KernelSet.Type, _ function: Elementary.Opcode, _ role: ElementwiseRole, _ inputs: [[S]]
) {
  let results = set.line(function, role, inputs)
  for (i, result) in results.enumerated() {
    let at = inputs.map { $0[i] }
    let expected = PlainLine<S>.value(function, role, at)
    let allowed = tolerance(function, role)
    let isRight =
      allowed == 0
      ? ulps(result, expected) == 0 && (result.isNaN || result.sign == expected.sign)
      : ulps(result, expected) <= allowed
        || Double((result - expected).magnitude)
          <= Double(allowed) * Double(S.ulpOfOne) * size(function, role)
          * (role == .value ? 1 : Double(at[0].magnitude))
    if !isRight {
      Issue.record(
        "\(set.name) \(S.self) \(function) \(role) of \(at): \(result), expected \(expected)")
    }
  }
}

@Suite struct ElementwiseTests {
  // The kernel is the line of the table, instantiated with vectors. So it must agree with the same
  // line instantiated with numbers.
  @Test(arguments: setNames)
  func agreesWithTableInNumbers(name: String) {
    var generator = Generator(state: 1)
    for function in Elementary.Opcode.allCases {
      for role in function.roles {
        expectLine(
          kernelSet(name), function, role, operands(Float.self, function, role, 150, &generator))
        expectLine(
          kernelSet(name), function, role, operands(Double.self, function, role, 150, &generator))
      }
    }
  }

  // An element does not depend on how many others there are, nor on its place in a vector; and
  // nothing behind the last element is written.
  @Test(arguments: setNames)
  func elementsDoNotDependOnTheCount(name: String) {
    func check<S: Element>(_: S.Type, _ function: Elementary.Opcode, _ generator: inout Generator) {
      for role in function.roles {
        let inputs = operands(S.self, function, role, 70, &generator)
        let bits = kernelSet(name).line(function, role, inputs).map(bitPattern)
        for count in 0...70 {
          let part = kernelSet(name).line(function, role, inputs, count: count, filler: -7).map(
            bitPattern)
          if part[..<count] != bits[..<count]
            || part[count...].contains(where: { $0 != bitPattern(S(-7)) })
          {
            Issue.record("\(name) \(S.self) \(function) \(role): wrong with \(count) elements")
          }
        }
        // Shifted by one, every element sits in another lane.
        let shifted = kernelSet(name).line(function, role, inputs.map { Array($0[1...]) })
        if shifted.map(bitPattern) != Array(bits[1...]) {
          Issue.record("\(name) \(S.self) \(function) \(role): an element depends on its lane")
        }
      }
    }
    var generator = Generator(state: 2)
    for function in Elementary.Opcode.allCases {
      check(Float.self, function, &generator)
      check(Double.self, function, &generator)
    }
  }

  // The destination may be any one of the operands.
  @Test(arguments: setNames)
  func destinationMayBeAnOperand(name: String) {
    func check<S: Element>(_: S.Type, _ function: Elementary.Opcode, _ generator: inout Generator) {
      for role in function.roles {
        for count in [3, 37] {
          let inputs = operands(S.self, function, role, count, &generator)
          let expected = kernelSet(name).line(function, role, inputs).map(bitPattern)
          for target in inputs.indices {
            withAddresses(inputs) { addresses in
              let destination = UnsafeMutableRawPointer(mutating: addresses[target])
              kernelSet(name).elementwise(
                function, role, S.kernelElement, count, addresses, destination)
              let result = (0..<count).map {
                bitPattern(destination.load(fromByteOffset: $0 * MemoryLayout<S>.size, as: S.self))
              }
              if result != expected {
                Issue.record("\(name) \(S.self) \(function) \(role): wrong into operand \(target)")
              }
            }
          }
        }
      }
    }
    var generator = Generator(state: 3)
    for function in Elementary.Opcode.allCases {
      check(Float.self, function, &generator)
      check(Double.self, function, &generator)
    }
  }

  // Whoever has freed what a rule does not read may pass an address at which there is nothing.
  @Test(arguments: setNames)
  func unreadOperandsAreNotTouched(name: String) throws {
    let nowhere = try #require(UnsafeRawPointer(bitPattern: 64))
    var generator = Generator(state: 4)
    for function in Elementary.Opcode.allCases {
      let reads = function.reads
      for role in function.roles where role != .value {
        let inputs = operands(Float.self, function, role, 37, &generator)
        let expected = kernelSet(name).line(function, role, inputs).map(bitPattern)
        var result = [Float](repeating: -7, count: 37)
        withAddresses(inputs) { addresses in
          var partial = (0..<inputs.count).map { addresses[$0] }
          for i in 1..<inputs.count {
            let isResult = i == inputs.count - 1
            if !reads.contains(isResult ? .result : .operands) { partial[i] = nowhere }
          }
          result.withUnsafeMutableBytes { bytes in
            guard let destination = bytes.baseAddress else { return }
            kernelSet(name).elementwise(function, role, .float32, 37, partial, destination)
          }
        }
        if result.map(bitPattern) != expected {
          Issue.record("\(name) \(function) \(role): an operand that is not read matters")
        }
      }
    }
  }
}
