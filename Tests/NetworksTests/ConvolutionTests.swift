// The layers with a sliding window, alone and in a network that learns.

import Adjoint
import Foundation
import Testing

struct ConvolutionLayerTests {
  @Test func theyAreTheFunctionsAndABias() {
    var generator = seeded()
    let image = Tensor.normal(shape: [2, 6, 5, 4], using: &generator)
    let layer = Conv2D(
      inputs: 4, outputs: 6, window: [3, 2], stride: [2, 1], padding: 1, dilation: [1, 2],
      groups: 2, using: &generator)
    #expect(layer.weight.shape == [3, 2, 2, 6])
    var shifted = layer
    shifted.bias = Tensor([1, 2, 3, 4, 5, 6])
    let plain = conv2D(
      image, layer.weight, stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2)
    #expect(layer(image).floats == plain.floats)
    #expect(shifted(image).floats == (plain + Tensor([1, 2, 3, 4, 5, 6])).floats)

    let sequence = Tensor.normal(shape: [2, 9, 4], using: &generator)
    let line = Conv1D(
      inputs: 4, outputs: 3, window: 3, stride: 2, padding: .same, bias: false, using: &generator)
    #expect(line(sequence).shape == [2, 5, 3])
    #expect(
      line(sequence).floats
        == conv1D(sequence, line.weight, stride: 2, padding: .same).floats)

    let enlarging = ConvTransposed2D(
      inputs: 4, outputs: 2, window: 4, stride: 2, padding: 1, using: &generator)
    #expect(enlarging.weight.shape == [4, 4, 2, 4])
    #expect(enlarging(image).shape == [2, 12, 10, 2])

    #expect(MaxPool2D(window: 2)(image).shape == [2, 3, 2, 4])
    #expect(AveragePool2D(window: 2, stride: 1)(image).shape == [2, 5, 4, 4])
    #expect(GlobalAveragePool2D()(image).shape == [2, 4])
    #expect(GlobalAveragePool2D()(.full([1, 2, 3, 1], 7)).floats == [7])
  }

  // Each element of a convolution of ones is a sum of as many weights as a patch has elements; for
  // the transposed one, stride = window, it is one for each input. With variance 2/fan-in that sum
  // has variance 2, whatever the fans.
  @Test func weightsAreDrawnForTheirFans() {
    var generator = seeded()
    func variance(_ y: Tensor) -> Double { y.squared().mean().item }
    let wide = Conv2D(
      inputs: 16, outputs: 400, window: 3, initializer: .heNormal, using: &generator)
    #expect(abs(variance(wide(.ones([1, 3, 3, 16]))) - 2) < 0.6)
    let grouped = Conv2D(
      inputs: 16, outputs: 400, window: 3, groups: 4, initializer: .heNormal, using: &generator)
    #expect(abs(variance(grouped(.ones([1, 3, 3, 16]))) - 2) < 0.6)
    // Fan-in 9 · 16 as for the convolution, though the weight has its axes the other way round.
    let enlarging = ConvTransposed2D(
      inputs: 16, outputs: 400, window: 3, initializer: .heNormal, using: &generator)
    #expect(abs(variance(enlarging.weight) * 9 * 16 - 2) < 0.1)
  }

  @Test func theySurviveJSONAndAreNamed() throws {
    var generator = seeded()
    let network = Sequential {
      Conv2D(
        inputs: 2, outputs: 4, window: 3, stride: 2, padding: .explicit(before: 1, after: [0, 1]),
        groups: 2, using: &generator)
      Activation.relu
      MaxPool2D(window: [2, 1], padding: .same)
      AveragePool2D(window: 2, stride: 1, padding: 1, countsPadding: true)
      ConvTransposed2D(inputs: 4, outputs: 3, window: 2, padding: .same, using: &generator)
      GlobalAveragePool2D()
    }
    #expect(network.parameters.map(\.name) == ["0.weight", "0.bias", "4.weight", "4.bias"])
    try network.validate()
    let x = Tensor.normal(shape: [2, 9, 8, 2], using: &generator)
    let copy = try JSONDecoder().decode(
      type(of: network), from: JSONEncoder().encode(network))
    #expect(copy(x).floats == network(x).floats)
    try gradient(at: network) { $0(x).squared().sum() }.requireAllReached()
  }

  // Bars at random positions: the orientation is in the pixels' neighborhood, not in any one pixel.
  @Test func aNetworkLearnsTheDirectionOfBars() throws {
    var generator = seeded()
    var pixels: [Float] = []
    var labels: [Int] = []
    for _ in 0..<64 {
      let label = Int.random(in: 0...1, using: &generator)
      let position = Int.random(in: 0..<8, using: &generator)
      for row in 0..<8 {
        for column in 0..<8 { pixels.append((label == 0 ? row : column) == position ? 1 : 0) }
      }
      labels.append(label)
    }
    let images = Tensor(pixels, shape: [64, 8, 8, 1])
    var network = Sequential {
      Conv2D(inputs: 1, outputs: 8, window: 3, initializer: .heNormal, using: &generator)
      Activation.relu
      MaxPool2D(window: 2)
      GlobalAveragePool2D()
      Linear(inputs: 8, outputs: 2, using: &generator)
    }
    var optimizer = Optimizer(for: network, .adam(learningRate: 0.03))
    for _ in 0..<60 {
      let gradient = try gradient(at: network) { network in
        softmaxCrossEntropy(logits: network(images), labels: Tensor(indices: labels))
      }
      try optimizer.update(&network, along: gradient)
    }
    #expect(accuracy(logits: network(images), labels: Tensor(indices: labels)) == 1)
  }

  @Test func mistakesNameTheLayer() {
    struct Holder: Model { var layer: Conv2D }
    var generator = seeded()
    let layer = Conv2D(inputs: 3, outputs: 2, window: 3, using: &generator)
    func text(_ layer: Conv2D, _ x: Tensor) -> String? {
      mistake { _ = try gradient(at: Holder(layer: layer)) { $0.layer(x).sum() } }?.description
    }
    #expect(
      text(layer, .ones([1, 2, 5, 3]))
        == "conv2D in layer `layer`: a window of 3 does not fit 2 rows with a padding of 0 and 0 "
        + "(operands: float32 [1, 2, 5, 3], layer.weight: float32 [3, 3, 3, 2]). Use a smaller "
        + "window, more padding, or a larger image.")
    #expect(
      text(layer, .ones([5, 5, 3]))
        == "conv2D in layer `layer`: the argument has shape [5, 5, 3], of rank 3 (operands: "
        + "float32 [5, 5, 3], layer.weight: float32 [3, 3, 3, 2]). Pass images: [images, rows, "
        + "columns, channels].")
    #expect(
      text(layer, .ones([1, 5, 5, 3], dtype: .float64))?
        .hasPrefix("conv2D in layer `layer`: a convolution of float64 and float32") == true)
    // A bias of one number would be broadcast silently.
    #expect(
      text(Conv2D(weight: layer.weight, bias: Tensor([1])), .ones([1, 5, 5, 3]))?
        .hasPrefix("Conv2D in layer `layer`: the bias has shape [1] and the result [1, 3, 3, 2]")
        == true)
  }

  @Test func mistakesWithPools() {
    func text(_ f: (Tensor) -> Tensor) -> String? {
      mistake { _ = try gradient(at: Tensor.ones([1, 4, 4, 1])) { f($0).sum() } }?.description
    }
    #expect(
      text { maxPool2D($0, window: 2, padding: 2) }
        == "maxPool2D: a window of 2 rows fits into a padding of 2, where it would see nothing "
        + "(operands: float32 [1, 4, 4, 1]). Use less padding than the window is long.")
    #expect(text { averagePool1D($0, window: 2) }?.contains("Pass sequences") == true)
    #expect(text { globalAveragePool2D($0.flattened()) }?.contains("Pass images") == true)
    #expect(
      text { averagePool2D($0, window: 5) }?.contains("a window of 5 does not fit 4 rows") == true)
  }
}
