// What a model consists of once it has been taken apart. How that is done is in Collector.

import AdjointArrays
import AdjointDifferentiation

/// A model taken apart into its structure and its tensors.
///
/// It is public because the parts of a `Differentiable` type are, and no API.
public struct _ModelParts: Sendable {
  let structure: Structure
  /// The tensors that are trained, in the order of declaration.
  private(set) var trained: [Tensor]
  /// The tensors that are not.
  let untrained: [Tensor]

  init(structure: Structure, trained: [Tensor], untrained: [Tensor]) {
    self.structure = structure
    self.trained = trained
    self.untrained = untrained
  }

  /// Shapes and element types of the trained tensors.
  var layouts: [ArrayLayout] { trained.map(\.layout) }

  /// The same parts with other tensors.
  func replacing(trained: [Tensor], untrained: [Tensor]? = nil) -> _ModelParts {
    _ModelParts(
      structure: structure, trained: trained, untrained: untrained ?? self.untrained)
  }

  /// The trained tensors, which the parts then hold no longer.
  mutating func takeTrained() -> [Tensor] {
    var taken: [Tensor] = []
    swap(&taken, &trained)
    return taken
  }
}
