// That the table of elementary functions is consistent with itself: numbers,
// names, and what each rule claims to read.

import AdjointElementary
import Testing

typealias Opcode = Elementary.Opcode

@Suite struct ElementaryTests {
  static let unary = Opcode.allCases.filter { $0.arity == 1 }
  static let binary = Opcode.allCases.filter { $0.arity == 2 }

  // Records store the raw number and the reverse walk casts it back without a check, which is right
  // only as long as the numbers run from 0 without gaps.
  @Test func opcodesAreNumberedFromZeroWithoutGaps() {
    #expect(Opcode.allCases.map(\.rawValue) == (0..<UInt8(Opcode.allCases.count)).map { $0 })
    #expect(MemoryLayout<Opcode>.size == 1)
    for opcode in Opcode.allCases { #expect(Opcode(rawValue: opcode.rawValue) == opcode) }
  }

  @Test func everyEntryNamesItsOwnOpcode() {
    for opcode in Self.unary { #expect(opcode.unary(OpcodeOf()) == opcode) }
    for opcode in Self.binary { #expect(opcode.binary(OpcodeOf()) == opcode) }
  }

  @Test func functionsOfTwoOperandsComeFirst() {
    let arities = Opcode.allCases.map(\.arity)
    #expect(arities == arities.sorted(by: >))
  }

  // The table is asked by number; what is no number of it is not in the list either.
  @Test func theListHasNoOtherNumbers() {
    for number in UInt8.min...UInt8.max {
      var visitor = OpcodeIfAny()
      let found = Opcode.unary(number, &visitor) { visitor in
        Opcode.binary(number, &visitor) { _ in nil }
      }
      #expect(found == Opcode(rawValue: number))
    }
  }

  // What the entries say about their functions, as lists: a change of one is meant.
  @Test func attributes() {
    func those(_ isSo: (Opcode) -> Bool) -> Set<Opcode> { Set(Opcode.allCases.filter(isSo)) }
    #expect(those(\.isInfix) == [.add, .subtract, .multiply, .divide])
    #expect(
      those(\.isCheap) == [
        .negate, .abs, .sign, .floor, .ceil, .round, .square, .sqrt, .relu, .add, .subtract,
        .multiply, .divide, .scaled, .absorbed, .min, .max,
      ])
    #expect(
      those(\.isDefinedOnIntegers) == [
        .negate, .abs, .sign, .square, .add, .subtract, .multiply, .divide, .min, .max,
      ])
  }

  // Where an entry says so, Double arithmetic on Floats rounds to what Float arithmetic gives.
  @Test func exactValuesRoundToThoseOfFloats() {
    let numbers: [Float] = [
      0, -0.0, 1, -1, 1 / 3, 2.5, -7.25, 1e-20, -3e19, 0.1, 16_777_216, .infinity, .nan,
      71_362 * .leastNonzeroMagnitude, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    ]
    let own: [Opcode: @Sendable (Float, Float) -> Float] = [
      .negate: { a, _ in -a }, .abs: { a, _ in a.magnitude }, .square: { a, _ in a * a },
      .sign: { a, _ in a > 0 ? 1 : a < 0 ? -1 : a }, .relu: { a, _ in a > 0 ? a : a.isNaN ? a : 0 },
      .floor: { a, _ in a.rounded(.down) }, .ceil: { a, _ in a.rounded(.up) },
      .round: { a, _ in a.rounded(.toNearestOrEven) }, .sqrt: { a, _ in a.squareRoot() },
      .add: { $0 + $1 }, .subtract: { $0 - $1 }, .multiply: { $0 * $1 }, .divide: { $0 / $1 },
      .min: { $0.isNaN || $1.isNaN ? .nan : $1 < $0 ? $1 : $0 },
      .max: { $0.isNaN || $1.isNaN ? .nan : $0 < $1 ? $1 : $0 },
    ]
    let claimed = Opcode.allCases.filter {
      ($0.arity == 1 ? $0.exactValue(1) : $0.exactValue(1, 1)) != nil
    }
    #expect(Set(claimed) == Set(own.keys))
    for (opcode, inFloat) in own {
      for a in numbers {
        for b in numbers {
          let exact =
            opcode.arity == 1
            ? opcode.exactValue(Double(a)) : opcode.exactValue(Double(a), Double(b))
          let found = Float(exact ?? .nan), expected = inFloat(a, b)
          #expect(
            found == expected || (found.isNaN && expected.isNaN), "\(opcode) of \(a), \(b)")
        }
      }
    }
  }

  @Test func namesAreUniqueAndNotEmpty() {
    let names = Opcode.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(!names.contains(""))
  }

  // A value that a rule does not claim to read is not kept, and something else stands in its place.
  // So the rule must not look at it: NaN there must change nothing.
  @Test(arguments: unary)
  func rulesReadOnlyWhatTheyClaim(opcode: Opcode) {
    for x in [-2.5, -0.5, 0, 0.25, 0.75, 3] {
      let y = opcode.unary(Value(x: x))
      let right = opcode.unary(Chain(seed: 1.5, x: x, y: y))
      let reads = opcode.unary(ReadsOf())
      let found = opcode.unary(
        Chain(
          seed: 1.5, x: reads.contains(.operands) ? x : .nan,
          y: reads.contains(.result) ? y : .nan))
      #expect(same(found, right), "\(opcode.name) at \(x): \(found) instead of \(right)")
    }
  }

  @Test(arguments: binary)
  func rulesOfTwoOperandsReadOnlyWhatTheyClaim(opcode: Opcode) {
    for (a, b) in [(1.5, 0.75), (0.25, 3), (2, 2), (0, 1), (-1, 2)] {
      let y = opcode.binary(ValueOfTwo(a: a, b: b))
      let right = opcode.binary(ChainOfTwo(seed: 1.5, a: a, b: b, y: y))
      let reads = opcode.binary(ReadsOf())
      let keeps = reads.contains(.operands)
      let found = opcode.binary(
        ChainOfTwo(
          seed: 1.5, a: keeps ? a : .nan, b: keeps ? b : .nan,
          y: reads.contains(.result) ? y : .nan))
      #expect(same(found[0], right[0]) && same(found[1], right[1]), "\(opcode.name) at \(a), \(b)")
    }
  }

  // And it must claim no more than it reads, or memory is kept for nothing: NaN in a claimed value
  // shows somewhere.
  @Test func claimsAreNeeded() {
    for opcode in Self.unary {
      let reads = opcode.unary(ReadsOf())
      // Inside the domain; only acosh begins at 1.
      let x = opcode == .acosh ? 1.5 : 0.75
      let y = opcode.unary(Value(x: x))
      let right = opcode.unary(Chain(seed: 1.5, x: x, y: y))
      if reads.contains(.operands) {
        #expect(!same(opcode.unary(Chain(seed: 1.5, x: .nan, y: y)), right), "\(opcode.name)")
      }
      if reads.contains(.result) {
        // relu compares only: a NaN result is "not positive", which shows as a slope of 0.
        #expect(!same(opcode.unary(Chain(seed: 1.5, x: x, y: .nan)), right), "\(opcode.name)")
      }
    }
    for opcode in Self.binary {
      let reads = opcode.binary(ReadsOf())
      let y = opcode.binary(ValueOfTwo(a: 1.5, b: 0.75))
      let right = opcode.binary(ChainOfTwo(seed: 1.5, a: 1.5, b: 0.75, y: y))
      if reads.contains(.operands) {
        let blind = opcode.binary(ChainOfTwo(seed: 1.5, a: .nan, b: .nan, y: y))
        #expect(!same(blind[0], right[0]) || !same(blind[1], right[1]), "\(opcode.name)")
      }
      if reads.contains(.result) {
        let blind = opcode.binary(ChainOfTwo(seed: 1.5, a: 1.5, b: 0.75, y: .nan))
        #expect(blind.contains { $0.isNaN }, "\(opcode.name)")
      }
    }
  }

  // A step function passes nothing on, whatever the seed.
  @Test func stepFunctionsHaveNoSlope() {
    let steps = Self.unary.filter { $0.unary(IsStep()) }
    #expect(steps == [.sign, .floor, .ceil, .round])
    for opcode in steps {
      for seed in [1, -3, Double.infinity] {
        #expect(opcode.unary(Chain(seed: seed, x: 0.5, y: opcode.unary(Value(x: 0.5)))) == 0)
      }
    }
  }

  // `scaled` is a product but for one thing: a zero on the left wins.
  @Test func aZeroLeftFactorWins() {
    for right in [Double.infinity, -.infinity, .nan, 0, 2] {
      #expect(Elementary.Scaled.value(0, right) == 0)
    }
    #expect(Elementary.Scaled.value(-0.0, Double.infinity).sign == .minus)
    #expect(Elementary.Scaled.value(2.0, 3.0) == 6)
    #expect(Elementary.Scaled.value(2.0, Double.infinity) == .infinity)
    #expect(Elementary.Scaled.value(Double.nan, 0).isNaN)
  }

  // `absorbed` is a product but for two things: a zero on either side wins.
  @Test func aZeroOfEitherFactorIsAbsorbing() {
    for other in [Double.infinity, -.infinity, .nan, 0, 2] {
      #expect(Elementary.Absorbed.value(0, other) == 0)
      #expect(Elementary.Absorbed.value(other, 0) == 0)
    }
    #expect(Elementary.Absorbed.value(2.0, 3.0) == 6)
    #expect(Elementary.Absorbed.value(2.0, -Double.infinity) == -.infinity)
    #expect(Elementary.Absorbed.value(Double.nan, 2).isNaN)
  }

  private func same(_ a: Double, _ b: Double) -> Bool { a == b || (a.isNaN && b.isNaN) }
}

// MARK: Visitors

struct OpcodeOf: UnaryVisitor, BinaryVisitor {
  typealias Result = Opcode
  func visit<F: UnaryFunction>(_ function: F.Type) -> Opcode { F.opcode }
  func visit<F: BinaryFunction>(_ function: F.Type) -> Opcode { F.opcode }
}

struct OpcodeIfAny: UnaryVisitor, BinaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Opcode? { F.opcode }
  func visit<F: BinaryFunction>(_ function: F.Type) -> Opcode? { F.opcode }
}

struct ReadsOf: UnaryVisitor, BinaryVisitor {
  typealias Result = Reads
  func visit<F: UnaryFunction>(_ function: F.Type) -> Reads { F.reads }
  func visit<F: BinaryFunction>(_ function: F.Type) -> Reads { F.reads }
}

struct IsStep: UnaryVisitor {
  func visit<F: UnaryFunction>(_ function: F.Type) -> Bool { F.isPiecewiseConstant }
}

struct Value: UnaryVisitor {
  let x: Double
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double { F.value(x) }
}

struct Chain: UnaryVisitor {
  let seed: Double, x: Double, y: Double
  func visit<F: UnaryFunction>(_ function: F.Type) -> Double { F.chain(seed, x: x, y: y) }
}

struct ValueOfTwo: BinaryVisitor {
  let a: Double, b: Double
  func visit<F: BinaryFunction>(_ function: F.Type) -> Double { F.value(a, b) }
}

struct ChainOfTwo: BinaryVisitor {
  let seed: Double, a: Double, b: Double, y: Double
  func visit<F: BinaryFunction>(_ function: F.Type) -> [Double] {
    [F.chainFirst(seed, a, b, y: y), F.chainSecond(seed, a, b, y: y)]
  }
}
