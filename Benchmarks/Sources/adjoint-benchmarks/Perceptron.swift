// The fully connected network that is trained, and where its first weights and its batch come from:
// the recipe, or a file that other implementations have read too.

import Adjoint

/// Linear layers with an activation between them.
struct Perceptron: Model {
  var layers: [Linear]

  func callAsFunction(_ x: Tensor, _ activation: (Tensor) -> Tensor) -> Tensor {
    var x = x
    for layer in layers.dropLast() { x = activation(layer(x)) }
    return layers[layers.count - 1](x)
  }
}

/// A network before its first step, and the batch it is trained on.
struct TrainingStart {
  var model: Perceptron
  var x: Tensor
  var y: Tensor
  /// True if a file was read, so that the result of the recipe is not expected.
  var isFromFile: Bool
}

extension TrainingStart {
  /// A network with the weights of the recipe and biases of zeros.
  ///
  /// Weights are in `[-√(3 / inputs), √(3 / inputs))`, streams 0, 2, 4 and so on, layer by layer.
  /// Inputs and weights of both signs keep the training calm. With inputs in `[0, 1)` all of them
  /// push in the same direction, units cross the kink of `relu` together, and the loss of the tenth
  /// step moves by 1e-3 with the rounding of a gradient: it would check nothing.
  init(widths: [Int], x: Tensor, y: Tensor) {
    let layers = zip(widths, widths.dropFirst()).enumerated().map { layer, sides in
      Linear(
        weight: Tensor(
          Recipe.values(
            stream: UInt64(2 * layer), count: sides.0 * sides.1,
            bound: (3 / Double(sides.0)).squareRoot()),
          shape: [sides.0, sides.1]),
        bias: .zeros([sides.1]))
    }
    self.init(model: Perceptron(layers: layers), x: x, y: y, isFromFile: false)
  }

  /// The start in `folder/name.safetensors`, or nil if there is no such file.
  ///
  /// Weights and biases are p0, p1 and so on in turn; x and y are the batch.
  init?(named name: String, in folder: String?) throws {
    guard let folder else { return nil }
    let path = "\(folder)/\(name).safetensors"
    let tensors: [(name: String, array: NDArray)]
    do throws(DataError) {
      tensors = try Safetensors.load(contentsOf: path).tensors
    } catch {
      if error.kind == .unreadable { return nil }
      throw error
    }
    let arrays = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.array) })
    guard let x = arrays["x"], let y = arrays["y"] else {
      throw UsageError("\(path) has no tensors x and y")
    }
    var layers: [Linear] = []
    while let weight = arrays["p\(2 * layers.count)"], let bias = arrays["p\(2 * layers.count + 1)"]
    {
      layers.append(Linear(weight: Tensor(weight), bias: Tensor(bias)))
    }
    guard !layers.isEmpty else { throw UsageError("\(path) has no tensors p0 and p1") }
    self.init(
      model: Perceptron(layers: layers), x: Tensor(x), y: Tensor(y), isFromFile: true)
  }
}
