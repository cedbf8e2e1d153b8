// What an optimizer is, and when it refuses a step. The arithmetic is in the transforms; the loop
// over a parameter, with the one minus sign, is in StretchLoop. It has never heard of any
// particular transform.

import AdjointArrays
import AdjointDifferentiation
import AdjointNetworks
import AdjointSupport

/// A chain of gradient transforms made for a model, with the state of the chain.
///
/// A step takes the gradient through the chain and subtracts what comes out: `w ← w − u`. The chain
/// turns the gradient into `u`, learning rate included; the minus sign is the optimizer's.
///
/// ```swift
/// var optimizer = Optimizer(for: model, .clipGlobalNorm(1), .adam(learningRate: 1e-3))
/// for batch in digits.batches(of: 128, shuffledUsing: &generator) {
///   let slopes = try gradient(at: model) { model in
///     softmaxCrossEntropy(logits: model(batch.inputs), labels: batch.labels)
///   }
///   try optimizer.update(&model, along: slopes)
/// }
/// ```
///
/// An optimizer is a value: a copy goes on by itself. Parameters and state that are not shared with
/// a copy are changed in place, and a step allocates no arrays.
///
/// A parameter that the loss did not reach in a step is left alone: neither its value nor its state
/// changes, and it does not count as updated. (PyTorch's convention. With zeros in place of the
/// missing gradient a momentum would go on moving a layer that was not used.)
public struct Optimizer: Sendable {
  /// What happens to a step whose gradient holds an infinity or a NaN.
  public enum NonFinitePolicy: String, Sendable, Codable, CaseIterable {
    /// The step throws, naming the first such parameter; model and state stay as they were.
    case error
    /// The step does nothing, and says so by its result.
    case skip
    /// The step is made, without looking.
    case proceed
  }

  /// What happens to a step whose gradient holds an infinity or a NaN.
  public var nonFinitePolicy: NonFinitePolicy
  /// The number of steps made.
  public private(set) var step = 0

  private let links: [TransformChain.Link]
  /// What is run: the links, neighbors fused where they can be.
  private var transforms: [any GradientTransform]
  /// The parts of the chain that run without a break; see ``StageTable``.
  private let segments: [Range<Int>]
  private var updaters: [ParameterUpdater]
  /// For each parameter whether it is not frozen; at hand, so that the loops of a step need not ask
  /// the updaters.
  private let isTrained: [Bool]
  private let missingLearningRate: OptimizerError?

  /// Creates an optimizer from chains, which are run one after another.
  ///
  /// - Parameters:
  ///   - model: the model to be trained, or one like it.
  ///   - chains: links and published methods in any mixture.
  ///   - frozen: the parameters that are not trained; they keep no state and count in no norm.
  ///   - nonFinitePolicy: what to do about a gradient with an infinity or a NaN.
  /// - Precondition: no parameter passes two links that set a learning rate, and filters name
  ///   parameters that the model has.
  public init(
    for model: some Model, _ chains: TransformChain..., frozen: Optimizer.ParameterFilter = .none,
    onNonFinite nonFinitePolicy: NonFinitePolicy = .error
  ) {
    var stages = StageTable(TransformChain(chains))
    updaters = model.parameters.map { name, value in
      ParameterUpdater(
        name: name, layout: value.layout, stages: &stages, isFrozen: frozen.matches(name))
    }
    let links = stages.links
    Optimizer.checkNames(of: [frozen] + links.map(\.filter), updaters.map(\.name))
    for updater in updaters where !updater.isFrozen {
      let setters = links.indices.filter {
        updater.passes($0) && links[$0].transform.setsLearningRate
      }
      require(
        setters.count < 2,
        "Optimizer: \(setters.count) links set a learning rate for \(updater.name). Keep one of "
          + "them, and use .multiply(by:) for a further factor.")
    }
    isTrained = updaters.map { !$0.isFrozen }
    missingLearningRate = updaters.first { updater in
      !updater.isFrozen
        && !links.indices.contains {
          updater.passes($0) && links[$0].transform.setsLearningRate
        }
    }.map { updater in
      OptimizerError(
        .missingLearningRate, name: updater.name,
        problem: "no link of the chain sets a learning rate for \(updater.name)",
        remedy:
          "Add .scale(by: 1e-3) or another rate, use a method with `learningRate:`, or freeze "
          + "the parameter; a transform of your own that holds the rate says so by "
          + "`setsLearningRate`.")
    }
    self.links = links
    transforms = stages.transforms
    segments = stages.segments
    self.nonFinitePolicy = nonFinitePolicy
  }

  /// Stops at a filter with the name of a parameter that the model lacks: it would choose nothing.
  private static func checkNames(of filters: [ParameterFilter], _ names: [String]) {
    for name in filters.reduce(into: Set(), { $0.formUnion($1.wholeNames) }).sorted() {
      require(
        names.contains(name),
        "Optimizer: a filter names the parameter \(name), which the model does not have. "
          + "Use the names that model.parameters lists, or .prefix or .suffix.")
    }
  }

  /// Makes one step: `w ← w − u`, where `u` is what the chain makes of the gradient.
  ///
  /// - Returns: true, or false when a non-finite gradient was skipped.
  /// - Throws: ``OptimizerError``, before anything has been changed: a non-finite gradient under
  ///   ``NonFinitePolicy/error``, a gradient or a model other than the optimizer was made for, or a
  ///   parameter without a learning rate.
  /// - Complexity: one pass over parameters, gradient and state, after one over the gradient to
  ///   find its norm and whether it is finite; no arrays are allocated unless a copy shares those
  ///   of the model.
  @discardableResult
  public mutating func update<M: Model>(
    _ model: inout M, along gradient: Gradient<M>
  ) throws(OptimizerError) -> Bool {
    if let missingLearningRate { throw missingLearningRate }
    try check(gradient)
    guard try measure(gradient.leaves) else { return false }
    // Types are checked first and the loop changes none, so the model need not check them
    // afterwards.
    try model.updateParameters(checkingTypes: false) {
      (parameters: inout [Tensor]) throws(OptimizerError) in
      try check(parameters)
      apply(gradient.leaves, to: &parameters)
    }
    step += 1
    return true
  }

  // MARK: The step

  /// Looks for infinities and NaNs, and finds what norms at the head of the chain are made of.
  ///
  /// Returns false if the step is to be skipped.
  private mutating func measure(_ leaves: [Tensor?]) throws(OptimizerError) -> Bool {
    let readsNorm = links.first?.transform.readsNorm ?? false
    guard nonFinitePolicy != .proceed || readsNorm else { return true }
    for index in leaves.indices where isTrained[index] {
      guard let leaf = leaves[index] else { continue }
      let isFinite: Bool
      if readsNorm {
        let squares = leaf.ndArray.sumOfSquares()
        updaters[index].sumOfSquares = squares
        isFinite = squares.isFinite
      } else {
        isFinite = leaf.ndArray.isFinite()
      }
      guard isFinite || nonFinitePolicy == .proceed else {
        if nonFinitePolicy == .skip { return false }
        let name = updaters[index].name
        throw OptimizerError(
          .nonFiniteGradient, name: name,
          problem: "the gradient of \(name) holds an infinity or a NaN in step \(step)",
          remedy: "Model and optimizer are unchanged. Lower the learning rate, clip with "
            + ".clipGlobalNorm, look for log(0) or 0/0 in the loss; or make the optimizer with "
            + "onNonFinite: .skip.")
      }
    }
    return true
  }

  private mutating func apply(_ leaves: [Tensor?], to parameters: inout [Tensor]) {
    for index in updaters.indices where isTrained[index] && leaves[index] != nil {
      updaters[index].updateCount += 1
    }
    for (number, segment) in segments.enumerated() {
      let norm = norm(enteringLink: segment.lowerBound, leaves)
      for index in updaters.indices where isTrained[index] {
        guard let leaf = leaves[index] else { continue }
        updaters[index].run(
          &transforms, segment: number, of: segments.count, gradient: leaf,
          parameter: &parameters[index], step: step, norm: norm)
      }
    }
  }

  /// The norm of the updates of all parameters that the link is given; zero if it does not ask.
  private func norm(enteringLink link: Int, _ leaves: [Tensor?]) -> Double {
    guard links[link].transform.readsNorm else { return 0 }
    var sum = SumOfSquares()
    for (updater, leaf) in zip(updaters, leaves) where leaf != nil && updater.passes(link) {
      sum.add(updater.sumOfSquares)
    }
    return sum.root
  }

  // MARK: Checks

  // Layouts alone are compared in every step: the names of a gradient are put together when asked
  // for, which would take longer than the step of a small model.
  private func check<M: Model>(_ gradient: Gradient<M>) throws(OptimizerError) {
    let leaves = gradient.leaves
    guard leaves.count == updaters.count else {
      throw OptimizerError(
        .foreignGradient,
        problem: "the gradient has \(leaves.count) parameters, the optimizer was made for "
          + "\(updaters.count)",
        remedy: "Make the optimizer with `for:` the model that is differentiated.")
    }
    for index in leaves.indices {
      guard let fields = leaves[index]?.fields, !fields.hasType(of: updaters[index].fields),
        let leaf = leaves[index]
      else { continue }
      let name = gradient.names[index]
      throw OptimizerError(
        .foreignGradient, name: name,
        problem: "the gradient of \(name) is \(leaf.type) where the optimizer was made for "
          + "\(updaters[index].name): \(updaters[index].type)",
        remedy: "Make the optimizer with `for:` the model that is differentiated.")
    }
  }

  private func check(_ parameters: [Tensor]) throws(OptimizerError) {
    guard parameters.count == updaters.count else {
      throw OptimizerError(
        .foreignModel,
        problem: "the model has \(parameters.count) parameters, the optimizer was made for "
          + "\(updaters.count)",
        remedy: "Make the optimizer with `for:` the model that is trained.")
    }
    for index in parameters.indices
    where !parameters[index].fields.hasType(of: updaters[index].fields) {
      let (parameter, updater) = (parameters[index], updaters[index])
      throw OptimizerError(
        .foreignModel, name: updater.name,
        problem: "\(updater.name) is \(parameter.type), the optimizer was made for \(updater.type)",
        remedy: "Make the optimizer with `for:` the model that is trained.")
    }
  }
}

// MARK: - State

extension Optimizer {
  /// What the optimizer remembers between steps, as a copy.
  public var state: OptimizerState {
    let trained = updaters.filter { !$0.isFrozen }
    return OptimizerState(
      step: step,
      updateCounts: Dictionary(
        trained.map { ($0.name, $0.updateCount) }, uniquingKeysWith: { first, _ in first }),
      arrays: trained.flatMap(\.stateEntries))
  }

  /// Goes on from a saved state.
  ///
  /// - Throws: ``OptimizerError`` of kind `foreignState`, with the optimizer unchanged, unless the
  ///   state has exactly the arrays of this chain and this model, in their shapes and types.
  public mutating func restore(_ state: OptimizerState) throws(OptimizerError) {
    func refusal(_ name: String?, _ problem: String) -> OptimizerError {
      OptimizerError(
        .foreignState, name: name, problem: problem,
        remedy:
          "Restore into an optimizer with the chain, the frozen parameters and the model that "
          + "the state was saved with.")
    }
    guard state.step >= 0 else { throw refusal(nil, "the state counts \(state.step) steps") }
    var arrays: [String: NDArray] = [:]
    for entry in state.arrays {
      guard arrays.updateValue(entry.value, forKey: entry.name) == nil else {
        throw refusal(entry.name, "the state has two arrays named \(entry.name)")
      }
    }
    var unused = Set(arrays.keys)
    var restored = updaters
    for index in restored.indices where !restored[index].isFrozen {
      let (name, type) = (restored[index].name, restored[index].type)
      guard let count = state.updateCounts[name], count >= 0, count <= state.step else {
        throw refusal(name, "the state does not say how often \(name) was updated")
      }
      for expected in restored[index].stateNames {
        guard let found = arrays[expected] else {
          throw refusal(expected, "the state has no array \(expected)")
        }
        guard TensorType(found.shape, found.dtype) == type else {
          throw refusal(
            expected,
            "\(expected) is \(TensorType(found.shape, found.dtype)) in the state, and "
              + "\(name) is \(type) in the model")
        }
        unused.remove(expected)
      }
      restored[index].updateCount = count
      restored[index].setStates(arrays)
    }
    if let extra = unused.min() {
      throw refusal(extra, "the state has an array \(extra) that this optimizer lacks")
    }
    let trained = Set(restored.lazy.filter { !$0.isFrozen }.map(\.name))
    if let extra = state.updateCounts.keys.filter({ !trained.contains($0) }).min() {
      throw refusal(extra, "the state counts updates of \(extra), which is not trained here")
    }
    updaters = restored
    step = state.step
  }
}

extension Optimizer: CustomStringConvertible {
  /// The number of steps, and one line for each parameter with the links it passes through.
  public var description: String {
    let lines = updaters.map { updater in
      let path = links.indices.filter(updater.passes).map { links[$0].transform.name }.joined(
        separator: " → ")
      return "\n  \(updater.name): \(updater.type): \(updater.isFrozen ? "frozen" : path)"
    }
    return "optimizer after \(step) steps" + lines.joined()
  }
}
