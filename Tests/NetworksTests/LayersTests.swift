// The layers, alone and in sequence.

import Adjoint
import Foundation
import Testing

struct LinearTests {
  @Test func itIsAMatrixProductAndASum() {
    let layer = Linear(weight: Tensor([[1, 2], [3, 4], [5, 6]]), bias: Tensor([10, 20]))
    #expect(layer(Tensor([1, 1, 1])).floats == [19, 32])
    #expect(layer(Tensor([[1, 0, 0], [0, 0, 1]])).floats == [11, 22, 15, 26])
    #expect(layer(Tensor.ones([2, 4, 3])).shape == [2, 4, 2])
    #expect(layer.inputs == 3)
    #expect(layer.outputs == 2)
  }

  @Test func shapesThatDoNotFitAreRefused() {
    struct Holder: Model { var layer: Linear }
    var generator = seeded()
    let good = Linear(inputs: 3, outputs: 2, using: &generator)
    func text(_ layer: Linear, _ x: Tensor) -> String? {
      mistake { _ = try gradient(at: Holder(layer: layer)) { $0.layer(x).sum() } }?.description
    }
    #expect(
      text(good, Tensor(1))
        == "Linear in layer `layer`: the layer takes 3 inputs, but the argument is a single number "
        + "(operands: layer.weight: float32 [3, 2], float32 []). Pass a tensor of shape [..., 3].")
    // A bias of one number would be broadcast silently.
    #expect(
      text(Linear(weight: good.weight, bias: Tensor([1])), .ones([3]))
        == "Linear in layer `layer`: the bias has shape [1] and the weight [3, 2] (operands: "
        + "layer.bias: float32 [1], layer.weight: float32 [3, 2]). A weight of shape [inputs, "
        + "outputs] takes a bias of shape [outputs].")
    #expect(
      text(Linear(weight: Tensor([1, 2, 3])), .ones([3]))
        == "Linear in layer `layer`: the weight has rank 1 (operands: layer.weight: float32 [3]). A "
        + "weight is a matrix of shape [inputs, outputs].")
  }
}

struct LayerNormTests {
  // Of 1, 3 the mean is 2 and the variance 1: x̂ = -1, 1.
  @Test func rowsGetTheGivenMeanAndDeviation() {
    let layer = LayerNorm(gain: Tensor([2, 2]), bias: Tensor([0, 5]), epsilon: 0)
    #expect(layer(Tensor([[1, 3], [30, 10]])).floats == [-2, 7, 2, 3])
    #expect(LayerNorm(3)(.ones([2, 4, 3])).floats.allSatisfy { $0 == 0 })
    #expect(LayerNorm(3, dtype: .float64).gain.dtype == .float64)
  }

  // Σ y over a row is Σ γ x̂ + Σ β: the adjoint of β is 1 for each row, that of γ is x̂, and a
  // shift of x changes nothing, so the adjoint of x sums to 0.
  @Test func itsParametersAreTrained() throws {
    struct Holder: Model { var layer: LayerNorm }
    let x = Tensor([[1, 3], [30, 10]])
    let holder = Holder(layer: LayerNorm(gain: Tensor([1, 4]), bias: Tensor([0, 0]), epsilon: 0))
    let slopes = try gradient(at: holder) { $0.layer(x).sum() }
    #expect(slopes.layer.gain.floats == [0, 0])
    #expect(slopes.layer.bias.floats == [2, 2])
    let ofX = try gradient(at: x) { x in (holder.layer(x) * Tensor([1, 2])).sum() }
    #expect(abs(ofX.sum().item) < 1e-5)
  }

  @Test func shapesThatDoNotFitAreRefused() {
    struct Holder: Model { var layer: LayerNorm }
    let text = mistake {
      _ = try gradient(at: Holder(layer: LayerNorm(3))) { $0.layer(.ones([2, 4])).sum() }
    }?.description
    #expect(
      text
        == "layer norm in layer `layer`: float32 [2, 4] with a gain float32 [3] and a bias float32 [3] "
        + "(operands: float32 [2, 4], layer.gain: float32 [3], layer.bias: float32 [3]). Pass a gain "
        + "and a bias of type float32 [4], one element for each of the last axis.")
  }
}

struct DropoutTests {
  @Test func itKeepsTheExpectation() throws {
    var generator = seeded()
    let x = Tensor.ones([40_000])
    let layer = Dropout(0.25)
    #expect(layer(x).floats == x.floats)
    let y = layer(x, using: &generator)
    // Kept with 3/4, and then 4/3: mean 1, and deviation √(1/3) / √40000 = 0.0029 of the mean.
    #expect(abs(y.mean().item - 1) < 5 * 0.0029)
    #expect(Set(y.floats).count == 2)
    #expect(Dropout(1)(x, using: &generator).floats.allSatisfy { $0 == 0 })
    #expect(Dropout(0)(x, using: &generator).floats == x.floats)
  }

  @Test func derivativesPassWhereElementsDo() throws {
    let x = Tensor.ones([100])
    let y = dropout(x, probability: 0.5, using: &copy)
    let derivative = try gradient(at: x) { x in
      var again = seeded(11)
      return dropout(x, probability: 0.5, using: &again).sum()
    }
    #expect(derivative.floats == y.floats)
  }

  /// A network in training that forgot the generator is refused, wherever the dropout stands: also
  /// where its own argument is no variable.
  @Test func aForgottenGeneratorIsRefused() throws {
    var generator = seeded()
    let last = Sequential {
      Linear(inputs: 3, outputs: 4, using: &generator)
      Dropout(0.5)
    }
    let first = Sequential {
      Dropout(0.5)
      for _ in 0..<1 { Linear(inputs: 3, outputs: 4, using: &generator) }
    }
    let x = Tensor.ones([2, 3])
    for error in [
      mistake { _ = try gradient(at: last) { $0(x).sum() } },
      mistake { _ = try gradient(at: first) { $0(x).sum() } },
      mistake { _ = try gradient(at: x) { last($0).sum() } },
      mistake { _ = try gradient(at: x) { x in try gradient(at: x) { last($0).sum() }.sum() } },
    ] {
      #expect(error?.kind == .generator)
      #expect(error?.remedy.contains("using: &generator") == true)
    }
    let tape = Tape()
    let y = tape.variable(x)
    _ = last(y)
    #expect(mistake { _ = try tape.gradients(of: y.sum()) }?.kind == .generator)
  }

  @Test func aGeneratorOrAWordIsEnough() throws {
    var generator = seeded()
    let network = Sequential {
      Linear(inputs: 3, outputs: 4, using: &generator)
      Dropout(0.5)
    }
    let plain = network.layers.0
    let x = Tensor.ones([2, 3])
    let dropped = try gradient(at: x) { network($0, using: &generator).sum() }
    let used = try gradient(at: x) { x in forInference { network(x) }.sum() }
    let expected = try gradient(at: x) { plain($0).sum() }
    #expect(used.floats == expected.floats && dropped.floats != expected.floats)
    // Outside of a differentiated call, and where recording is paused, nothing can be forgotten.
    #expect(network(x).floats == plain(x).floats)
    let teacher = try gradient(at: x) { x in (x - withoutRecording { network(x).sum() }).sum() }
    #expect(teacher.floats == [Float](repeating: 1, count: 6))
    // No probability, no difference.
    #expect(try gradient(at: x) { Dropout(0)($0).sum() }.floats == teacher.floats)
    // The word ends with the closure, whichever way it is left.
    struct Stop: Error {}
    #expect(throws: Stop.self) { try forInference { throw Stop() } }
    #expect(mistake { _ = try gradient(at: x) { network($0).sum() } } != nil)
  }

  private var copy: RandomGenerator {
    get { seeded(11) }
    nonmutating set {}
  }
}

struct SequentialTests {
  private func network(_ deep: Bool, _ normalized: Bool)
    -> some Layer
  {
    var generator = seeded()
    return Sequential {
      Linear(inputs: 3, outputs: 4, using: &generator)
      Activation.leakyRelu(slope: 0.1)
      for _ in 0..<2 {
        Linear(inputs: 4, outputs: 4, using: &generator)
        Activation.tanh
      }
      if normalized { Dropout(0.5) }
      if deep {
        Linear(inputs: 4, outputs: 4, using: &generator)
        Linear(inputs: 4, outputs: 2, using: &generator)
      } else {
        Linear(inputs: 4, outputs: 2, bias: false, using: &generator)
      }
    }
  }

  @Test func layersAreNamedByPosition() throws {
    let shallow = network(false, true)
    #expect(
      shallow.parameters.map(\.name) == [
        "0.weight", "0.bias", "2.0.0.weight", "2.0.0.bias", "2.1.0.weight", "2.1.0.bias",
        "4.second.0.weight",
      ])
    #expect(
      network(true, false).parameters.map(\.name).suffix(4) == [
        "4.first.0.weight", "4.first.0.bias", "4.first.1.weight", "4.first.1.bias",
      ])
    try shallow.validate()
    try network(true, false).validate()
  }

  @Test func itIsTheCompositionOfItsLayers() throws {
    var generator = seeded()
    let network = Sequential {
      Linear(inputs: 3, outputs: 4, using: &generator)
      Activation.relu
      Linear(inputs: 4, outputs: 2, using: &generator)
    }
    let layers = network.layers
    let x = Tensor.normal(shape: [5, 3], using: &generator)
    #expect(network(x).floats == layers.2(relu(layers.0(x))).floats)
    let gradient = try gradient(at: network) { $0(x).sum() }
    try gradient.requireAllReached()
    // The derivative of a sum by the last bias is the number of rows.
    #expect(gradient.layers.2.bias?.floats == [5, 5])
    // The type can be written.
    let typed: Sequential<Linear, Activation, Linear> = network
    #expect(typed.parameterCount == 3 * 4 + 4 + 4 * 2 + 2)
  }

  @Test func trainingReachesEveryLayer() {
    var generator = seeded()
    let x = Tensor.ones([4, 3])
    let network = network(true, true)
    let again = network(x)
    #expect(network(x).floats == again.floats)
    #expect(network(x, using: &generator).floats != again.floats)
    let without = self.network(true, false)
    #expect(without(x, using: &generator).floats == without(x).floats)
  }

  @Test func allBranchesSurviveJSON() throws {
    func roundTrip<L: Layer>(_ layer: L) throws {
      let copy = try JSONDecoder().decode(L.self, from: JSONEncoder().encode(layer))
      let x = Tensor.ones([2, 3])
      #expect(copy(x).floats == layer(x).floats)
      #expect(copy.parameters.map(\.name) == layer.parameters.map(\.name))
    }
    for deep in [true, false] {
      for normalized in [true, false] { try roundTrip(network(deep, normalized)) }
    }
  }

  @Test func flattenJoinsAllButTheFirstAxis() {
    #expect(Flatten()(.ones([2, 3, 4])).shape == [2, 12])
    #expect(Flatten()(.ones([5])).shape == [5, 1])
    #expect(Flatten()(.ones([0, 3, 2])).shape == [0, 6])
  }
}
