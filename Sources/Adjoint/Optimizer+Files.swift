// How the state of an optimizer goes to a safetensors file and comes back, beside that of the
// model.
//
// It stands in the umbrella because optimizers have never heard of files, nor files of optimizers.

import AdjointData
import AdjointOptimizers

extension Optimizer {
  /// Saves what the optimizer remembers: the number of steps, how often each parameter was updated,
  /// and the arrays of its transforms.
  ///
  /// With the model saved beside it, training goes on bit for bit as if it had not been
  /// interrupted. Rates and other settings are not saved: the program that goes on makes them anew.
  ///
  /// ```swift
  /// try model.save(to: "model.safetensors")
  /// try optimizer.save(to: "optimizer.safetensors")
  /// ```
  ///
  /// The file is written beside the old one and then takes its place.
  /// - Throws: `DataError` when the file cannot be written; nothing is overwritten then.
  public func save(to path: String) throws(DataError) {
    let state = state
    try Safetensors.save(
      tensors: state.arrays.map { (name: $0.name, array: $0.value) }, metadata: state.metadata,
      to: path)
  }

  /// Goes on from a file that ``save(to:)`` wrote.
  ///
  /// ```swift
  /// var optimizer = Optimizer(for: model, .adam(learningRate: 1e-3))
  /// try model.load(from: "model.safetensors")
  /// try optimizer.load(from: "optimizer.safetensors")
  /// ```
  ///
  /// - Throws: `DataError` when the file cannot be read, is damaged, or is not the state of this
  ///   chain of transforms for a model with these parameters; the optimizer is unchanged then.
  public mutating func load(from path: String) throws(DataError) {
    let contents = try Safetensors.load(contentsOf: path)
    do throws(OptimizerError) {
      try restore(OptimizerState(tensors: contents.tensors, metadata: contents.metadata))
    } catch {
      throw DataError(
        .malformed, file: path, problem: "does not fit the optimizer: \(error.problem)",
        remedy: error.remedy)
    }
  }
}
