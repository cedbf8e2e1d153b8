// What the errors of all rooms have in common, in the lowest room that has errors. It has never
// heard of what can go wrong in any of them.

/// A mistake that the library tells, in two parts: what is wrong, and what to do about it.
///
/// All errors of the library conform, so a program can show any of them in its own way:
///
/// ```swift
/// do {
///   let weights = try Safetensors.load(contentsOf: "weights.safetensors")
///   print(weights.tensors.count)
/// } catch let error as any AdjointError {
///   print(error.account)
///   print(error.remedy)
/// }
/// ```
public protocol AdjointError: Error, CustomStringConvertible {
  /// What is wrong, as a phrase without a capital and without a period.
  var problem: String { get }
  /// What to do about it, as a sentence.
  var remedy: String { get }
  /// Where it happened and what is wrong, as a phrase; only the problem unless a type says more.
  var account: String { get }
}

extension AdjointError {
  /// What is wrong.
  public var account: String { problem }

  /// The account, then the remedy.
  public var description: String { "\(account). \(remedy)" }
}
