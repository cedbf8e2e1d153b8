// What this file knows: how collectors and rebuilders are kept for the next traversal of a model of
// the same type.
//
// A training step traverses the same model four times. What the traversals find does not change from
// step to step, and most of their time went into making it anew: the tree of slots, its keys, and a
// box on the heap with generic type information for each keyed container. So whoever has traversed a
// model is kept with all that, and compares on its next way instead of making.

import Synchronization

/// Someone who traverses models, can do it again, and holds what points back to it.
protocol Traverser: AnyObject {
  /// Lets go of what points back, so that the traverser can be released.
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
      for place in resting.workers.indices.reversed() where resting.workers[place].model == model {
        return Taken(worker: resting.workers.remove(at: place).worker)
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

/// A container for the keys of one place, kept with the type of the keys.
class KeptContainer {
  private let key: Any.Type

  init(_ key: Any.Type) { self.key = key }

  final func hasKeys(_ key: Any.Type) -> Bool { self.key == key }
}
