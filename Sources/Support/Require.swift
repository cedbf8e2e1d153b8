// What callers have to keep to, told when they do not.

/// Stops the program with a text unless the condition holds.
///
/// For mistakes that a user of the library can make. Optimized code drops the text of a
/// `precondition`, and the library is optimized in debug builds too; so `precondition` is left for
/// what only the library itself can get wrong.
@inlinable @inline(__always)
package func require(_ condition: Bool, _ text: @autoclosure () -> String) {
  if !_fastPath(condition) { stop(text()) }
}

@inline(never) @usableFromInline
package func stop(_ text: String) -> Never { fatalError(text) }
