// How a model with its parameters goes to a safetensors file and comes back.

import AdjointDifferentiation
import AdjointNetworks

extension Model {
  /// Saves all tensors of the model, trained or not, under their names.
  ///
  /// ```swift
  /// try model.save(to: "classifier.safetensors")
  /// ```
  ///
  /// The file is written beside the old one and then takes its place, so that an interruption
  /// leaves either the old file or the new one. Every bit of every element is kept.
  /// - Parameter metadata: texts that travel with the tensors.
  /// - Throws: `DataError` when the file cannot be written; nothing is overwritten then.
  public func save(to path: String, metadata: [String: String] = [:]) throws(DataError) {
    try Safetensors.save(
      tensors: state.map { (name: $0.name, array: $0.value.ndArray) }, metadata: metadata, to: path)
  }

  /// Replaces all tensors of the model by those of a file that ``save(to:metadata:)`` wrote.
  ///
  /// ```swift
  /// var model = Classifier(using: &generator)
  /// try model.load(from: "classifier.safetensors")
  /// ```
  ///
  /// - Returns: the texts that were saved with the tensors.
  /// - Throws: `DataError` when the file cannot be read, is damaged, or holds other names, shapes
  ///   or element types than the model; the model is unchanged then.
  @discardableResult
  public mutating func load(from path: String) throws(DataError) -> [String: String] {
    let contents = try Safetensors.load(contentsOf: path)
    do throws(ModelError) {
      try setState(contents.tensors.map { (name: $0.name, value: Tensor($0.array)) })
    } catch {
      throw DataError(
        .malformed, file: path, problem: "does not fit the model \(Self.self): \(error.summary)",
        remedy: "Load it into a model of the shape it was saved from.")
    }
    return contents.metadata
  }
}

extension ModelError {
  /// The first mistake, and how many more there are, on one line.
  fileprivate var summary: String {
    guard let first = mistakes.first else { return description }
    let others = mistakes.count - 1
    return first.summary + (others > 0 ? ", and \(others) more" : "")
  }
}

extension ModelError.Mistake {
  /// A mistake of a file in a few words; the remedy is that of the file as a whole.
  fileprivate var summary: String {
    switch self {
    case .missing(let name, _): "\(name) is missing"
    case .unexpected(let name, _): "\(name) is not part of the model"
    case .duplicate(let name): "\(name) occurs twice"
    case .wrongShape(let name, let expected, let found):
      "\(name) has shape \(found), not \(expected)"
    case .wrongElementType(let name, let expected, let found):
      "\(name) holds \(found), not \(expected)"
    case .unreached, .untraversable: description
    }
  }
}
