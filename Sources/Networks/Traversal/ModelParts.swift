// What this file knows: what a model consists of once it has been taken apart. How that is done is in
// Collecting.

import AdjointArrays
import AdjointDifferentiation

/// A model taken apart into its form and its tensors, for one call of a differential operator.
///
/// Parts belong to the call that asked for them.
public final class ModelParts {
  /// The form of the model without its tensors.
  let structure: Structure
  /// The tensors that are trained, in the order of declaration.
  private(set) var trained: [Tensor]
  /// The tensors that are not.
  let untrained: [Tensor]
  /// The trained tensors as variables of a level, once they are.
  var inputs: [Tensor] = []

  /// What is wrong with the model, if it could not be taken apart; there are no tensors then.
  let mistake: ModelError?

  init(structure: Structure, trained: [Tensor], untrained: [Tensor]) {
    self.structure = structure
    self.trained = trained
    self.untrained = untrained
    mistake = nil
  }

  init(mistake: ModelError, model: Any.Type) {
    structure = Structure(model: model, slots: [], carried: [])
    trained = []
    untrained = []
    self.mistake = mistake
  }

  /// Shapes and element types of the trained tensors.
  var layouts: [ArrayLayout] { trained.map(\.layout) }

  /// The trained tensors, which the parts then hold no longer.
  func takeTrained() -> [Tensor] {
    var taken: [Tensor] = []
    swap(&taken, &trained)
    return taken
  }
}
