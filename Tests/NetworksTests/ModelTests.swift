// What the traversal must find, in which order, and under which names.

import Adjoint
import Testing

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

  /// What one traversal has made serves the next one of the same type, so the structure must follow
  /// the model through every kind of change: shorter and longer lists, tensors that come and go,
  /// other values along the way, and back.
  @Test func theStructureFollowsAModelThatChanges() throws {
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

  /// A list of models is taken apart like the models themselves: d/da (2 a b) = 2 b.
  @Test func modelsInArraysAndDictionariesAreDifferentiable() throws {
    struct Single: Model { var w: Tensor }
    let (a, b) = (Single(w: Tensor([3], dtype: .float64)), Single(w: Tensor([5], dtype: .float64)))
    let list = try gradient(at: [a, b]) { 2 * ($0[0].w * $0[1].w).sum() }
    #expect(list.map { $0.w.doubles } == [[10], [6]])
    let byName = try gradient(at: ["a": a, "b": b]) { models in
      models.values.reduce(Tensor(2, dtype: .float64)) { $0 * $1.w.sum() }
    }
    #expect(byName.mapValues { $0.w.doubles } == ["a": [10], "b": [6]])
  }

  /// A function is not called with a model that cannot be made of variables.
  @Test func aModelWithoutDerivativesIsRefusedBeforeTheFunctionRuns() {
    struct Table: Model { var positions: Tensor }
    var runs = 0
    let error = mistake {
      _ = try gradient(at: Table(positions: Tensor(indices: [1, 2]))) { model in
        runs += 1
        return model.positions.converted(to: .float32).sum()
      }
    }
    #expect(error?.kind == .notDifferentiable && runs == 0)
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
