// How the links of a chain become what is run: neighbors on the way of a parameter that can be done
// as one are fused. This file has never heard of any particular transform.

import AdjointSupport

/// The transforms that the parameters of a model pass through: links of a chain, alone or fused.
///
/// Parameters with the same links share their transforms, so that a chain without filters has one
/// list.
struct StageTable {
  let links: [TransformChain.Link]
  /// The parts of the chain that run stretch by stretch without a break: a link that reads a norm
  /// begins a new one, because the norm is known only when every stretch has come so far.
  let segments: [Range<Int>]
  private(set) var transforms: [any GradientTransform] = []
  /// The transform for some links, as a position in ``transforms``.
  private var stages: [[Int]: Int] = [:]

  init(_ chain: TransformChain) {
    links = chain.links
    let breaks = links.indices.filter { $0 > 0 && chain.links[$0].transform.readsNorm }
    segments =
      links.isEmpty ? [] : zip([0] + breaks, breaks + [links.count]).map { $0..<$1 }
  }

  /// The positions of the transforms that a parameter passes through, given the links that choose
  /// it.
  mutating func path(through chosen: [Int]) -> [Int] {
    var fused: [(links: [Int], transform: any GradientTransform)] = []
    for link in chosen {
      let next = links[link].transform
      if let last = fused.last, let both = last.transform.fused(with: next) {
        require(
          both.stateNames == last.transform.stateNames + next.stateNames,
          "fused(with:): `\(last.transform.name)` fused with `\(next.name)` keeps the states "
            + "\(both.stateNames). Keep those of both, \(last.transform.stateNames) and then "
            + "\(next.stateNames).")
        fused[fused.count - 1] = (last.links + [link], both)
      } else {
        fused.append(([link], next))
      }
    }
    return fused.map { links, transform in
      if let stage = stages[links] { return stage }
      stages[links] = transforms.count
      transforms.append(transform)
      return transforms.count - 1
    }
  }
}
