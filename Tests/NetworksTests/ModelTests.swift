// What this file knows: what the traversal must find, in which order, and under which names.

import Adjoint
import Foundation
import Testing

private enum Mode: Codable, Sendable, Equatable {
  case plain
  case scaled(by: Double)
}

private struct Options: Codable, Sendable, Equatable {
  var rate: Double
  var tags: [String]
}

private struct Everything: Model {
  var first: Tensor
  var mode: Mode
  var options: Options
  var maybe: Tensor?
  var nothing: Tensor?
  var list: [Linear]
  var tensors: [Tensor?]
  var byName: [String: Tensor]
  var byNumber: [Int: Linear]
  @Untrained var runningMean: Tensor
  @Untrained var frozen: Linear
  var count: Int
  var last: Tensor

  init() {
    var generator = seeded()
    first = Tensor([1])
    mode = .scaled(by: 2)
    options = Options(rate: 0.5, tags: ["a", "b"])
    maybe = Tensor([2])
    list = (0..<2).map { _ in Linear(inputs: 1, outputs: 1, using: &generator) }
    tensors = [Tensor([3]), nil, Tensor([4])]
    byName = ["b": Tensor([6]), "a": Tensor([5]), "c": Tensor([7])]
    byNumber = Dictionary(
      uniqueKeysWithValues: [10, 2].map {
        ($0, Linear(weight: Tensor([[Double($0)]])))
      })
    runningMean = Tensor([8])
    frozen = Linear(weight: Tensor([[9]]))
    count = 3
    last = Tensor([10])
  }
}

struct ModelTests {
  @Test func namesFollowDeclarationsAndDictionariesTheirKeys() {
    let model = Everything()
    #expect(
      model.parameters.map(\.name) == [
        "first", "maybe", "list.0.weight", "list.0.bias", "list.1.weight", "list.1.bias",
        "tensors.0", "tensors.2", "byName.a", "byName.b", "byName.c", "byNumber.2.weight",
        "byNumber.10.weight", "last",
      ])
    #expect(
      model.state.map(\.name)
        == model.parameters.map(\.name).dropLast() + ["runningMean", "frozen.weight", "last"])
    #expect(model.parameterCount == 14)
  }

  @Test func rebuildingCarriesEverythingElse() throws {
    let model = Everything()
    let other = model.mapTensors { $0 * 2 }
    #expect(other.mode == .scaled(by: 2))
    #expect(other.options == model.options)
    #expect(other.count == 3)
    #expect(other.nothing == nil)
    #expect(other.tensors[1] == nil)
    #expect(other.maybe?.doubles == [4])
    #expect(other.byName.mapValues { $0.item } == ["a": 10, "b": 12, "c": 14])
    #expect(other.byNumber[10]?.weight.doubles == [20])
    #expect(other.runningMean.doubles == [16])
    #expect(other.frozen.weight.doubles == [18])
    #expect(other.last.doubles == [20])
    try model.validate()
  }

  /// What one traversal has made serves the next one of the same type, so the form must follow the
  /// model through every kind of change: shorter and longer lists, tensors that come and go, other
  /// values along the way, and back.
  @Test func theFormFollowsAModelThatChanges() throws {
    var longer = Everything()
    longer.list.append(Linear(weight: Tensor([[11, 12]])))
    longer.nothing = Tensor([13])
    var shorter = Everything()
    shorter.list.removeFirst()
    shorter.maybe = nil
    shorter.tensors = [nil]
    shorter.byName["bb"] = Tensor([14])
    var other = Everything()
    other.mode = .plain
    other.options.tags = []
    other.count = -1
    let models = [Everything(), longer, shorter, Everything(), other, shorter, longer, other]
    for (number, model) in models.enumerated() {
      let rebuilt = model.mapTensors { $0 }
      let (names, list) = (model.parameters.map(\.name), model.list)
      #expect(names == rebuilt.parameters.map(\.name), "model \(number)")
      #expect(names.contains("nothing") == (model.nothing != nil), "model \(number)")
      #expect(names.contains("maybe") == (model.maybe != nil), "model \(number)")
      #expect(
        names.filter { $0.hasPrefix("tensors.") }.count == model.tensors.compactMap { $0 }.count)
      #expect(names.contains("byName.bb") == (model.byName["bb"] != nil), "model \(number)")
      #expect(
        names.filter { $0.hasPrefix("list.") }.count
          == list.reduce(0) { $0 + ($1.bias == nil ? 1 : 2) })
      #expect(rebuilt.mode == model.mode && rebuilt.options == model.options, "model \(number)")
      #expect(rebuilt.count == model.count && rebuilt.list.count == list.count, "model \(number)")
      // d/dw Σ w = 1 for each of the tensors and for nothing else.
      let gradient = try gradient(at: model) { model in
        model.parameters.reduce(Tensor(0)) { $0 + $1.value.sum() }
      }
      #expect(gradient.names == names && gradient.unreached.isEmpty, "model \(number)")
      for leaf in gradient.leaves { #expect(leaf.map { $0.mean().item } == 1) }
    }
  }

  /// Traversals of one type at the same time share nothing.
  @Test func modelsAreTraversedOnManyThreadsAtOnce() async {
    await withTaskGroup(of: Bool.self) { group in
      for size in 1...8 {
        group.addTask {
          var model = Everything()
          model.list = Array(repeating: Linear(weight: Tensor([[Double(size)]])), count: size)
          for _ in 0..<200 {
            model = model.mapTensors { $0 }
            guard model.parameters.filter({ $0.name.hasPrefix("list.") }).count == size,
              model.list.allSatisfy({ $0.weight.item == Double(size) })
            else { return false }
          }
          return true
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func untrainedTensorsGetNoGradientAndMissingOnesAreNone() throws {
    let model = Everything()
    // The loss is 3 first + runningMean, so its derivative is 3 for `first` and none elsewhere.
    let gradient = try gradient(at: model) { model in
      (3 * model.first + model.runningMean + model.frozen.weight.sum()).sum()
    }
    #expect(gradient.first.doubles == [3])
    #expect(gradient.runningMean.doubles == [0])
    #expect(gradient.names == model.parameters.map(\.name))
    #expect(gradient.unreached == Array(model.parameters.map(\.name).dropFirst()))
  }

  @Test func derivativesOfAModelAreThoseOfItsTensors() throws {
    var generator = seeded()
    let model = Classifier(using: &generator, dtype: .float64)
    let x = Tensor.normal(shape: [5, 3], dtype: .float64, using: &generator)
    let gradient = try gradient(at: model) { $0(x).squared().sum() }
    try gradient.requireAllReached()
    try expectDerivative(at: model.hidden.weight) { weight in
      var changed = model
      changed.hidden.weight = weight
      return changed(x).squared().sum()
    }
    let alone = try Adjoint.gradient(at: model.hidden.weight) { weight in
      var changed = model
      changed.hidden.weight = weight
      return changed(x).squared().sum()
    }
    #expect(gradient.hidden.weight.doubles == alone.doubles)
  }

  @Test func modelsNestInDerivatives() throws {
    // The gradient of ½ Σ g² for f = Σ w⁴/4 is  g = w³, so  w³ · 3 w².
    struct Single: Model { var w: Tensor }
    let model = Single(w: Tensor([1, 2, -3], dtype: .float64))
    let second = try gradient(at: model) { model in
      let inner = try gradient(at: model) { pow($0.w, 4).sum() / 4 }
      return 0.5 * inner.innerProduct(inner)
    }
    expectClose(second.w.doubles, [3, 96, -729])
  }

  @Test func namesReachErrors() {
    var generator = seeded()
    let model = Classifier(using: &generator)
    let error = mistake {
      _ = try gradient(at: model) { model in model(Tensor.ones([2, 5])).sum() }
    }
    #expect(
      error?.description
        == "Linear in layer `hidden`: the layer takes 3 inputs, but the last axis of the argument "
        + "has length 5 (operands: hidden.weight: float32 [3, 4], float32 [2, 5]). Pass a tensor of "
        + "shape [..., 3], or make the layer with inputs: 5.")
  }

  @Test func wholeNumbersAmongTheParametersAreAMistakeWithAName() {
    struct Table: Model {
      var positions: Tensor
      var scale: Tensor
    }
    let model = Table(positions: Tensor(indices: [1, 2]), scale: Tensor([1]))
    let error = mistake { _ = try gradient(at: model) { $0.scale.sum() } }
    #expect(
      error?.description
        == "gradient(at:of:): int32 tensors have no derivatives (operands: positions: int32 [2]). "
        + "Mark the property @Untrained, or convert the tensor with .converted(to: .float32).")
  }

  @Test func literalsBecomeOrdinaryTensors() throws {
    struct Scale: Model { var factor: Tensor }
    let gradient = try gradient(at: Scale(factor: 2)) { ($0.factor * $0.factor).sum() }
    #expect(gradient.factor.doubles == [4])
  }
}

// MARK: Conformances written by hand

/// Reads in another order than it writes, under other names, with containers of all kinds.
private struct Handwritten: Model {
  var a: Tensor
  var b: [Tensor]
  var c: Tensor
  var d: Linear
  var e: Int?

  enum Keys: String, CodingKey { case alpha, more, e }
  enum Nested: String, CodingKey { case c, d }

  init() {
    a = Tensor([1])
    b = [Tensor([2]), Tensor([3])]
    c = Tensor([4])
    d = Linear(weight: Tensor([[5]]))
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let nested = try container.nestedContainer(keyedBy: Nested.self, forKey: .more)
    d = try nested.decode(Linear.self, forKey: .d)
    c = try nested.decode(Tensor.self, forKey: .c)
    e = try container.decodeNil(forKey: .e) ? nil : container.decode(Int.self, forKey: .e)
    var list = try container.superDecoder().unkeyedContainer()
    b = []
    while !list.isAtEnd { b.append(try list.decode(Tensor.self)) }
    a = try container.decode(Tensor.self, forKey: .alpha)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(a, forKey: .alpha)
    var list = container.superEncoder().unkeyedContainer()
    for tensor in b { try list.encode(tensor) }
    var nested = container.nestedContainer(keyedBy: Nested.self, forKey: .more)
    try nested.encode(c, forKey: .c)
    try nested.encode(d, forKey: .d)
    if let e { try container.encode(e, forKey: .e) } else { try container.encodeNil(forKey: .e) }
  }
}

/// A wrapper that leaves no trace.
private struct Wrapper: Model {
  var inner: Handwritten
  init() { inner = Handwritten() }
  init(from decoder: any Decoder) throws {
    inner = try decoder.singleValueContainer().decode(Handwritten.self)
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(inner)
  }
}

private struct ForgetsOne: Model {
  var a = Tensor([1])
  var b = Tensor([2])
  enum Keys: String, CodingKey { case a, b }
  init() {}
  init(from decoder: any Decoder) throws {
    a = try decoder.container(keyedBy: Keys.self).decode(Tensor.self, forKey: .a)
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(a, forKey: .a)
    try container.encode(b, forKey: .b)
  }
}

private struct ReadsTooMuch: Model {
  var a = Tensor([1])
  enum Keys: String, CodingKey { case a, b }
  init() {}
  init(from decoder: any Decoder) throws {
    a = try decoder.container(keyedBy: Keys.self).decode(Tensor.self, forKey: .b)
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(a, forKey: .a)
  }
}

private struct WritesTwice: Model {
  var a = Tensor([1])
  init() {}
  init(from decoder: any Decoder) throws {
    a = try decoder.singleValueContainer().decode(Tensor.self)
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(a)
    try container.encode(a)
  }
}

private struct WrongType: Model {
  var a = Tensor([1])
  var n = 3
  enum Keys: String, CodingKey { case a, n }
  init() {}
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    a = try container.decode(Tensor.self, forKey: .a)
    n = Int(try container.decode(Double.self, forKey: .n))
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(a, forKey: .a)
    try container.encode(n, forKey: .n)
  }
}

private struct NotAModel: Codable, Sendable { var weight = Tensor([1]) }
private struct HoldsHidden: Model {
  var part: NotAModel
}
private struct Point: Hashable, Codable, Sendable { var x: Int }
private struct BadKeys: Model {
  var table: [Point: Tensor]
}

struct HandwrittenModelTests {
  @Test func anyOrderOfReadingWorks() throws {
    for names in [Handwritten().parameters.map(\.name), Wrapper().parameters.map(\.name)] {
      #expect(names == ["alpha", "super.0", "super.1", "more.c", "more.d.weight"])
    }
    try Handwritten().validate()
    try Wrapper().validate()
    let doubled = Wrapper().mapTensors { $0 * 2 }.inner
    #expect(doubled.a.doubles == [2])
    #expect(doubled.b.map(\.doubles) == [[4], [6]])
    #expect(doubled.c.doubles == [8])
    #expect(doubled.d.weight.doubles == [10])
    let gradient = try gradient(at: Wrapper()) { ($0.inner.c * $0.inner.b[1]).sum() }
    #expect(gradient.inner.c.doubles == [3])
    #expect(gradient.unreached == ["alpha", "super.0", "more.d.weight"])
  }

  @Test func whatCannotBeTraversedSaysWhy() {
    func text(_ model: some Model) -> String {
      do throws(ModelError) {
        try model.validate()
        return ""
      } catch {
        return error.description
      }
    }
    #expect(
      text(ForgetsOne())
        == "ForgetsOne: encode(to:) wrote 2 tensors but init(from:) read only 1. Let both "
        + "conformances to Codable name the same properties, or remove both and let the compiler "
        + "write them.")
    #expect(
      text(ReadsTooMuch())
        == "ReadsTooMuch: init(from:) reads `b`, which encode(to:) did not write. Write the value "
        + "under that key, or read it with decodeIfPresent.")
    #expect(
      text(WritesTwice())
        == "WritesTwice: encode(to:) writes two different things into one place. Write each value "
        + "under a key of its own, or ask the encoder for one container only.")
    #expect(
      text(WrongType())
        == "WrongType: at `n`, init(from:) reads a `Double` where encode(to:) wrote something else. "
        + "Read each value as the type it was written as.")
    #expect(
      text(HoldsHidden(part: NotAModel()))
        == "HoldsHidden: at `part`, `NotAModel` holds tensors but is not a model. Conform "
        + "`NotAModel` to Model; mark the property @Untrained if it is not to be trained.")
    #expect(
      text(BadKeys(table: [Point(x: 1): Tensor([1])]))
        == "BadKeys: at `table`, the keys of `Dictionary<Point, Tensor>` are not names. Use String "
        + "or Int keys, or conform the key type to CodingKeyRepresentable.")
  }

  @Test func theDifferentialOperatorThrowsIt() {
    let error = mistake { _ = try gradient(at: ForgetsOne()) { $0.a.sum() } }
    #expect(error?.kind == .notDifferentiable)
    #expect(error?.description.contains("read only 1") == true)
  }
}

struct ModelCodingTests {
  @Test func jsonIsARoundTrip() throws {
    var model = Everything()
    model.first = Tensor([1.5, -.infinity, .infinity, .nan, 1e-30])
    model.byName["b"] = Tensor([0.1, 1e300], dtype: .float64)
    model.runningMean = Tensor(indices: [3, -4])
    let data = try JSONEncoder().encode(model)
    let copy = try JSONDecoder().decode(Everything.self, from: data)
    #expect(copy.state.map(\.name) == model.state.map(\.name))
    for (a, b) in zip(copy.state, model.state) {
      #expect(a.value.type == b.value.type)
      #expect(a.value.doubles.map(\.bitPattern) == b.value.doubles.map(\.bitPattern))
    }
    #expect(copy.options == model.options)
    #expect(copy.mode == model.mode)
  }
}
