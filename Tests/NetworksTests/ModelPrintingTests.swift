// What a model looks like when it is printed: names and types, however many numbers there are.

import Adjoint
import Testing

@Suite struct ModelPrintingTests {
  struct Network: Model {
    var hidden: Linear
    var activation = Activation.relu
    var layers: [Linear]
  }

  struct Named: Model {
    var weight: Tensor
    var description: String { "a model with a name" }
  }

  /// A model that writes a tensor which no rebuilt model will have.
  struct Broken: Model {
    var weight = Tensor([1])
    struct Holder: Codable, Sendable { var tensor = Tensor([1]) }
    var holder = Holder()
  }

  private func network() -> Network {
    var generator = seeded()
    return Network(
      hidden: Linear(inputs: 4, outputs: 300, using: &generator),
      layers: [Linear(inputs: 300, outputs: 2, using: &generator)])
  }

  @Test func aModelIsPrintedAsItsSummary() {
    let model = network()
    var printed = ""
    print(model, to: &printed)
    #expect(printed == model.summary + "\n")
    #expect("\(model)" == model.summary && String(reflecting: model) == model.summary)
    #expect(model.summary.contains("hidden.weight") && model.summary.contains("2102"))
    let optional: Network? = model
    #expect(String(describing: optional) == "Optional(\(model.summary))")
    let sequence = Sequential {
      model.hidden
      Activation.relu
    }
    #expect("\(sequence)" == sequence.summary)
  }

  // Of 2,102 numbers a dump shows those that the descriptions of the tensors show, at most twelve a
  // row and a column.
  @Test func aDumpShowsNoStorage() {
    var text = ""
    dump(network(), to: &text)
    #expect(text.contains("weight") && !text.contains("storage") && !text.contains("array"))
    var tensor = ""
    dump(Tensor([1, 2]), to: &tensor)
    #expect(tensor == "- [1.0, 2.0]\n")
  }

  @Test func aDescriptionOfItsOwnWins() {
    #expect("\(Named(weight: Tensor([1])))" == "a model with a name")
  }

  @Test func aModelThatCannotBeTakenApartIsStillPrinted() {
    #expect("\(Broken())".hasPrefix("Broken: "))
  }

  @Test func layersWithoutTensorsShowTheirSettings() {
    #expect("\(Dropout(0.25))" == "Dropout(probability: 0.25)")
    #expect("\(MaxPool2D(window: 2))".hasPrefix("MaxPool2D(window: 2, stride: 2, padding: "))
    #expect("\(Flatten())" == "Flatten()")
    #expect("\(Activation.tanh)" == "tanh")
    #expect("\(Activation.leakyRelu(slope: 0.1))" == "leakyRelu(slope: 0.1)")
  }
}
