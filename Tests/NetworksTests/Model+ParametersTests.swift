// Parameters are replaced all together or not at all, and copies never change.

import Adjoint
import Testing

struct ModelParametersTests {
  @Test func parametersAreReplacedByName() throws {
    var generator = seeded()
    var model = Classifier(using: &generator)
    let other = Classifier(using: &generator)
    try model.setParameters(other.parameters.reversed())
    for (a, b) in zip(model.parameters, other.parameters) {
      #expect(a.value.floats == b.value.floats)
    }
    try model.setState(
      Dictionary(uniqueKeysWithValues: other.state.map { ($0.name, $0.value * 2) }))
    #expect(model.output.weight.floats == (other.output.weight * 2).floats)
  }

  @Test func everyMistakeIsListedAndNothingChanges() {
    var generator = seeded()
    var model = Classifier(using: &generator)
    let before = model.state.map(\.value.floats)
    let given = [
      (name: "hidden.weight", value: Tensor.zeros([4, 3])),
      (name: "output.weight", value: Tensor.zeros([4, 2], dtype: .float64)),
      (name: "output.bias", value: Tensor.zeros([2])),
      (name: "output.bias", value: Tensor.zeros([2])),
    ]
    var caught: ModelError?
    do throws(ModelError) { try model.setParameters(given) } catch { caught = error }
    #expect(
      caught?.description == """
        Classifier: 5 mistakes
          `output.bias` is given more than once. Give each name one tensor.
          `hidden.weight` has shape [4, 3] but the model expects [3, 4]. Reshape it with \
        .reshaped(to: [3, 4]), or transpose it if its axes are in another order.
          `hidden.bias` is missing; the model expects float32 [4]. Add it, or give the tensors of a \
        model of the same structure.
          `output.weight` has element type float64 but the model expects float32. Convert it with \
        .converted(to: .float32), or the model with the same method.
          `output.bias` (float32 [2]) is unexpected; the model has no tensor of that name. Leave it \
        out, or rename it to a name that `parameters` or `state` lists.
        """)
    #expect(model.state.map(\.value.floats) == before)
  }

  @Test func updatesInPlaceDoNotReachCopies() {
    struct Single: Model { var w: Tensor }
    var model = Single(w: Tensor([1, 2, 3]))
    var addresses: [UnsafeRawPointer?] = []
    func double(_ model: inout Single) {
      model.updateParameters { leaves in
        leaves[0].withUnsafeMutableBytes { bytes in
          addresses.append(UnsafeRawPointer(bytes.baseAddress))
          for index in bytes.bindMemory(to: Float.self).indices {
            bytes.bindMemory(to: Float.self)[index] *= 2
          }
        }
      }
    }
    double(&model)
    double(&model)
    // No copy holds the elements: they stay where they are.
    #expect(addresses[0] == addresses[1])
    let best = model
    double(&model)
    // Now a copy does: the model moves, the copy stays.
    #expect(addresses[2] != addresses[1])
    #expect(best.w.floats == [4, 8, 12])
    #expect(model.w.floats == [8, 16, 24])
    double(&model)
    #expect(addresses[3] == addresses[2])
  }

  @Test func aClosureThatThrowsLeavesAWholeModel() {
    struct Failure: Error {}
    var generator = seeded()
    var model = Classifier(using: &generator)
    let before = model.state.map(\.value.floats)
    #expect(throws: Failure.self) {
      try model.updateParameters { _ throws(Failure) in throw Failure() }
    }
    #expect(model.state.map(\.value.floats) == before)
  }

  @Test func elementTypesAreConverted() {
    var generator = seeded()
    let model = Classifier(using: &generator)
    let precise = model.converted(to: .float64)
    #expect(precise.parameters.allSatisfy { $0.value.dtype == .float64 })
    #expect(precise.converted(to: .float32).hidden.weight.floats == model.hidden.weight.floats)
  }

  @Test func theSummaryIsATable() {
    struct Normalized: Model {
      var layer: Linear
      @Untrained var mean: Tensor
    }
    var generator = seeded()
    let model = Normalized(
      layer: Linear(inputs: 64, outputs: 32, using: &generator), mean: .zeros([32]))
    #expect(
      model.summary == """
        name          type                     elements
        layer.weight  float32 [64, 32]             2048
        layer.bias    float32 [32]                   32
        mean          float32 [32], untrained        32
        trained                                    2080
        untrained                                    32
        """)
  }
}
