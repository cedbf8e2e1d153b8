// Tests that the catalogue is complete. The list of public operations is read from
// the sources, so an operation without a row, and a row without an operation, fail here.

import Foundation
import Testing

@Suite struct CatalogueCoverageTests {
  /// Public declarations that return tensors or scalars and yet are no differentiable operations,
  /// each with the reason.
  ///
  /// A key that no longer exists in the sources fails the test.
  static let exclusions: [String: String] = {
    var reasons: [String: String] = [:]
    func exclude(_ keys: [String], _ reason: String) { for key in keys { reasons[key] = reason } }
    exclude(["Tensor.tensor"], "the tensor or scalar itself")
    exclude(
      ["Tensor.asConstant()", "Scalar.asConstant()"], "says something of a result; UnreachedTests")
    for shape in ["Shape", "[Int]"] {
      exclude(
        [
          "Tensor.zeros(_: \(shape), dtype: DType)", "Tensor.ones(_: \(shape), dtype: DType)",
          "Tensor.full(_: \(shape), _: Double, dtype: DType)",
          "Tensor.uniform(_: Range<Double>, shape: \(shape), dtype: DType, using: inout some RandomNumberGenerator)",
          "Tensor.normal(mean: Double, standardDeviation: Double, shape: \(shape), dtype: DType, using: inout some RandomNumberGenerator)",
          "Tensor.bernoulli(probability: Double, shape: \(shape), using: inout some RandomNumberGenerator)",
        ], "makes a constant: there is no operand to differentiate")
    }
    for shape in ["Shape?", "[Int]"] {
      exclude(
        [
          "Tensor.init(_: [Double], shape: \(shape), dtype: DType)",
          "Tensor.init(_: [Float], shape: \(shape))", "Tensor.init(mask: [Bool], shape: \(shape))",
          "Tensor.init(indices: [Int], shape: \(shape))",
        ], "makes a constant: there is no operand to differentiate")
    }
    exclude(
      [
        "Tensor.init(_: NDArray)", "Tensor.init(_: [[Double]], dtype: DType)",
        "Tensor.init(_: [[[Double]]], dtype: DType)", "Tensor.init(indices: [[Int]])",
        "Tensor.init(_: Double, dtype: DType)", "Tensor.zeros(like: Tensor)",
        "Tensor.ones(like: Tensor)", "Tensor.range(_: Int, dtype: DType)",
        "Tensor.linearlySpaced(from: Double, to: Double, count: Int, dtype: DType)",
        "Tensor.identity(_: Int, dtype: DType)",
        "Tensor.permutation(_: Int, using: inout some RandomNumberGenerator)",
        "Tensor.init(floatLiteral: Double)", "Tensor.init(integerLiteral: Int)",
        "Scalar.init(_: Double)", "Scalar.init(floatLiteral: Double)",
        "Scalar.init(integerLiteral: Int)", "Tensor.init(from: any Decoder)",
      ], "makes a constant: there is no operand to differentiate")
    exclude(
      ["Tensor.detached()", "Scalar.detached()"],
      "makes a constant on purpose, so differences see a slope that the walk must not; KinkTests")
    exclude(
      [".==", ".!=", ".<", ".<=", ".>", ".>="].map { "Tensor.\($0)(Tensor, Tensor)" }
        + [".&&", ".||"].map { "Tensor.\($0)(Tensor, Tensor)" }
        + [
          "Tensor.prefix !(Tensor)", "Tensor.isFinite()", "Tensor.any(over: Int)",
          "Tensor.all(over: Int)",
        ],
      "returns truth values, which have no derivative")
    exclude(
      [
        "Tensor.argmax(over: Int)", "Tensor.argmin(over: Int)",
        "Tensor.argsorted(along: Int, descending: Bool)",
      ], "returns positions, which have no derivative")
    exclude(
      ["Tensor.oneHot(classes: Int, dtype: DType)"], "its operand is a label, a whole number")
    exclude(
      [
        "Tensor.failing(_: TensorError.Kind, _: String, _: [Tensor], _: ShapeError, placeholder: TensorType?)"
      ], "stands in for a result that does not exist")
    exclude(
      ["Tensor.applying(_: any Primitive, to: [Tensor])"],
      "applies whatever primitive it is given; MutationTests go through it")
    return reasons
  }()

  /// Families that are no operations on values.
  ///
  /// Each is a rule about names or owners, not a pattern an operation could fall under by accident.
  static func isInfrastructure(_ declaration: Declaration) -> Bool {
    // Requirements of the algebra and of `Differentiable`, spelled with an underscore: the
    // catalogue has what users call.
    if declaration.call.hasPrefix("_") { return true }
    // The differential operators take functions, not values; the laws are written with them.
    let operators = [
      "gradient(", "valueWithGradient(", "valueWithGradientAndAuxiliary(", "pullback(",
      "valueWithPullback(",
    ]
    if declaration.owner == nil, operators.contains(where: declaration.call.hasPrefix) {
      return true
    }
    // A number of the program beside a recorded one is converted, and the form for recorded ones
    // called: PlainNumberTests.
    let hasPlainOperand =
      "+-*/".contains(declaration.call.prefix(1))
      && declaration.parameters.contains { ["Int", "Float"].contains($0) }
    if hasPlainOperand || declaration.parameters.contains("N") { return true }
    // Tapes and what walks return: tested by name in the tests of those files.
    let owners = [
      "Tape", "Adjoints", "Level", "PrimitiveUse", "PrimitiveTangents", "Primitive",
      "LinearPrimitive", "Differentiable", "ReverseStep",
      "TapeNode", "Sequence",
    ]
    return declaration.owner.map(owners.contains) ?? false
  }

  /// True for what returns a tensor or a scalar, makes one, or changes one in place.
  static func isOperation(_ declaration: Declaration) -> Bool {
    func mentions(_ text: String) -> Bool {
      text.range(of: #"\b(Tensor|Scalar|A|Self)\b"#, options: .regularExpression) != nil
    }
    if declaration.call.hasPrefix("init(") {
      return ["Tensor", "Scalar"].contains(declaration.owner ?? "")
    }
    return mentions(declaration.result)
      || declaration.parameters.contains { $0.hasPrefix("inout") && mentions($0) }
  }

  /// The operations as rows name them: a generic function stands for one on scalars and one on
  /// tensors.
  static func operations(of declarations: [Declaration]) -> Set<String> {
    var keys: Set<String> = []
    for declaration in declarations where isOperation(declaration) {
      if isInfrastructure(declaration) { continue }
      let key = declaration.description
      if declaration.result == "A" {
        for type in ["Scalar", "Tensor"] { keys.insert(key.replacing(": A", with: ": \(type)")) }
      } else {
        keys.insert(key)
      }
    }
    return keys
  }

  @Test func everyPublicOperationHasARow() throws {
    let public_ = Self.operations(of: try SourceDeclarations.ofTheRoom())
    let covered = Set(Catalogue.rows.flatMap(\.covers))
    let excluded = Set(Self.exclusions.keys)
    #expect(
      public_.subtracting(covered).subtracting(excluded).sorted() == [],
      "public operations without a row in the catalogue: add one (see Catalogue.swift)")
    #expect(
      covered.subtracting(public_).sorted() == [], "rows name declarations that do not exist")
    #expect(
      excluded.subtracting(public_).sorted() == [], "exclusions name declarations that do not exist"
    )
    #expect(covered.intersection(excluded).isEmpty)
  }

  // The reader itself: were it to find nothing, the test above would pass on nothing. The room has
  // 31 elementary functions in two forms, and more than 100 other operations.
  @Test func theReaderFindsTheDeclarations() throws {
    let found = Self.operations(of: try SourceDeclarations.ofTheRoom())
    #expect(found.count >= 150, "found only \(found.count)")
    let planted = """
      extension Tensor {
        /// The public func named here is a comment.
        @inlinable
        public func doubled(by factor: [Int]? = nil, keeps: Bool = false)
          -> Tensor
        { self * 2 }
        public static prefix func ~ (a: Tensor) -> Tensor { a }
        func hidden() -> Tensor { self }
        public subscript(_ items: Int...) -> Tensor { self }
        public var mirrored: Tensor { self }
        public static func .< (a: Tensor, b: Double) -> Tensor { a }
      }
      public func cube<A: RecordedAlgebra>(_ x: A) -> A { x * x * x }
      """
    #expect(
      Self.operations(of: SourceDeclarations.declarations(in: planted)).sorted() == [
        "Tensor..<(Tensor, Double)", "Tensor.doubled(by: [Int]?, keeps: Bool)", "Tensor.mirrored",
        "Tensor.prefix ~(Tensor)", "Tensor.subscript(_: Int...)", "cube(_: Scalar)",
        "cube(_: Tensor)",
      ])
  }

  @Test func namesAreUniqueAndPointsFitTheOperands() {
    let names = Catalogue.rows.map(\.name)
    let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    #expect(repeated == [])
    // Rows are the cases of every law; a shorter list would be a silent loss.
    #expect(Catalogue.rows.count >= 260)
    for row in Catalogue.rows {
      let count = row.operands.reduce(0) { $0 + $1.count }
      #expect(!row.points.isEmpty && row.points.allSatisfy { $0.count == count }, "\(row.name)")
    }
  }
}
