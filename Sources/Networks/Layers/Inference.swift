// How a program says that it means a network as it is used, in a place where it might be training.

/// Runs a closure in which layers that are random in training are what they are in use.
///
/// Inside a differentiated call, ``Dropout`` without a generator is refused, because it is nearly
/// always one that was forgotten. Saliency maps, adversarial examples and the like differentiate a
/// trained network:
///
/// ```swift
/// let saliency = try gradient(at: image) { image in
///   forInference { network(image) }.maximum()
/// }
/// ```
///
/// It holds for all that the closure calls, so the layers of a model need not pass anything on. A
/// layer that is called with a generator is random here too.
public func forInference<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  let result = Inference.$isMeant.withValue(true) { Result(catching: body) }
  return try result.get()
}

enum Inference {
  /// True inside ``forInference(_:)``.
  @TaskLocal static var isMeant = false
}
