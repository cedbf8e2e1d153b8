// Collectors and rebuilders at rest, for the next traversal of a model of the same type. The pool
// has never heard of what they do.
//
// A training step traverses the same model four times. What a traversal finds does not change from
// step to step, and most of its time would go into making it anew: the tree of fields, its keys,
// and a box on the heap with generic type information for each keyed container. A traverser that is
// used again compares with what it has made before.

import Synchronization

/// What traverses models of one type again and again, and holds containers that point back to it.
protocol Traverser: AnyObject {
  /// Releases what points back, so that the traverser can be released itself.
  func dissolve()
}

/// Traversers at rest, under the types of the models they know.
///
/// A list and no table: few types of models are trained at a time, and the one asked for is nearly
/// always the last one given back.
final class TraversalPool<Worker: Traverser>: Sendable {
  /// The most traversers at rest, whatever their models.
  private static var capacity: Int { 32 }

  // `@unchecked Sendable`: a traverser at rest is referenced by the pool alone.
  private struct Resting: @unchecked Sendable {
    var workers: [(model: Any.Type, worker: Worker)] = []
  }
  // `@unchecked Sendable`: on its way out of the pool or into it, it belongs to the one caller.
  private struct Taken: @unchecked Sendable {
    let worker: Worker?
  }

  private let resting = Mutex(Resting())

  /// A traverser that has been over a model of this type before, if one is at rest.
  func take(for model: Any.Type) -> Worker? {
    resting.withLock { resting in
      for index in resting.workers.indices.reversed() where resting.workers[index].model == model {
        return Taken(worker: resting.workers.remove(at: index).worker)
      }
      return Taken(worker: nil)
    }.worker
  }

  /// Takes a traverser back; the one that has been at rest for longest makes room.
  func give(_ worker: Worker, for model: Any.Type) {
    let given = Taken(worker: worker)
    let dropped = resting.withLock { resting in
      if let worker = given.worker { resting.workers.append((model, worker)) }
      return Taken(
        worker: resting.workers.count > Self.capacity ? resting.workers.removeFirst().worker : nil)
    }
    dropped.worker?.dissolve()
  }
}

/// A container for the keys of one field, cached with the type of the keys.
class CachedContainer {
  private let key: Any.Type

  init(_ key: Any.Type) { self.key = key }

  final func hasKeys(_ key: Any.Type) -> Bool { self.key == key }
}
