// Conformances to `Codable` written by hand: those that work, and what is said of those that do
// not.

import Adjoint
import Testing

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
        == "WritesTwice: encode(to:) writes two different things under one name. Write each value "
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
