// How to say by their names which parameters are meant. It has never heard of parameters
// themselves.
//
// Data rather than a closure: a filter can be saved with an experiment, printed and compared.

extension Optimizer {
  /// A choice of parameters by name.
  ///
  /// ```swift
  /// let decayed: Optimizer.ParameterFilter = .suffix("weight")
  /// let head: Optimizer.ParameterFilter = .prefix("output.") || .named("scale")
  /// let body = !head
  /// ```
  public indirect enum ParameterFilter: Sendable, Codable, Equatable {
    /// Every parameter.
    case all
    /// The parameters with exactly these names.
    case names(Set<String>)
    /// The parameters whose name begins so, such as `encoder.`.
    case prefix(String)
    /// The parameters whose name ends so, such as `bias`.
    case suffix(String)
    /// The parameters that the other filter leaves out.
    case not(ParameterFilter)
    /// The parameters that both filters choose.
    case both(ParameterFilter, ParameterFilter)
    /// The parameters that at least one of two filters chooses.
    case either(ParameterFilter, ParameterFilter)

    /// No parameter.
    public static var none: ParameterFilter { .names([]) }

    /// The parameters with exactly these names.
    public static func named(_ names: String...) -> ParameterFilter { .names(Set(names)) }

    /// Whether the filter chooses the parameter with this name.
    public func matches(_ name: String) -> Bool {
      switch self {
      case .all: true
      case .names(let names): names.contains(name)
      case .prefix(let start): name.hasPrefix(start)
      case .suffix(let end): name.hasSuffix(end)
      case .not(let other): !other.matches(name)
      case .both(let a, let b): a.matches(name) && b.matches(name)
      case .either(let a, let b): a.matches(name) || b.matches(name)
      }
    }

    /// The parameters that the filter asks for by their whole names.
    var wholeNames: Set<String> {
      switch self {
      case .names(let names): names
      case .not(let other): other.wholeNames
      case .both(let a, let b), .either(let a, let b): a.wholeNames.union(b.wholeNames)
      case .all, .prefix, .suffix: []
      }
    }

    /// The parameters that the filter leaves out.
    public static prefix func ! (filter: ParameterFilter) -> ParameterFilter { .not(filter) }

    /// The parameters that both filters choose.
    public static func && (a: ParameterFilter, b: ParameterFilter) -> ParameterFilter {
      .both(a, b)
    }

    /// The parameters that at least one of the filters chooses.
    public static func || (a: ParameterFilter, b: ParameterFilter) -> ParameterFilter {
      .either(a, b)
    }
  }
}
