// The reference-counted blocks in which the elements of arrays lie, their layout, and when one may
// be written to.

/// The elements of an array and how they lie: all that an array is, behind one reference.
///
/// Immutable once shared: a writer has either just made the block or has found it uniquely
/// referenced (`isKnownUniquelyReferenced`). So arrays may be sent to other threads although
/// storage holds a pointer.
///
/// Layout, block and, for up to a cache line of bytes, the elements themselves are in one object:
/// an array is copied by counting one reference, and a single number costs one allocation and no
/// passage through the pool. Separate references for layout and block were measured first: counting
/// them took two thirds of the time of a small operation.
///
/// `bytes` is the one door to the contents. The block of a deferred expression is computed at the
/// first passage through it; see ``DeferredExpression``.
final class Storage: ManagedBuffer<Storage.Contents, Storage.Word> {
  struct Contents {
    /// Where the bytes are, unless they have yet to be computed.
    let block: UnsafeMutableRawPointer?
    /// The class of the block in the pool; -1 if it is not from there.
    let sizeClass: Int
    let layout: ArrayLayout
    /// Those of the layout, at hand without counting a reference.
    let fields: UnsafePointer<LayoutFields>
    /// The position in the block, in elements, of the element whose indices are all zero.
    let offset: Int
    /// What the bytes are computed from, if they are deferred.
    let expression: DeferredExpression?
    /// Whose bytes a view looks at.
    let base: Storage?
  }

  /// What the space behind the header is made of.
  ///
  /// Words of eight bytes: an object aligned to more is taken from the system's allocator by a call
  /// that costs twice as much. The elements of the kernels may lie anywhere.
  typealias Word = UInt64

  /// The most bytes that lie in the object itself.
  static let inlineByteCount = 64

  /// A dense block of uninitialized elements.
  static func make(_ layout: ArrayLayout) -> Storage {
    let byteCount = layout.byteCount
    if byteCount <= inlineByteCount {
      return create((byteCount &+ 7) >> 3) { buffer in
        Contents(
          block: buffer.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) },
          sizeClass: -1, layout: layout, fields: layout.fields, offset: 0, expression: nil,
          base: nil)
      }
    }
    let sizeClass = StoragePool.sizeClass(for: byteCount)
    return create(0) { _ in
      Contents(
        block: StoragePool.shared.take(class: sizeClass), sizeClass: sizeClass, layout: layout,
        fields: layout.fields, offset: 0, expression: nil, base: nil)
    }
  }

  /// A dense block whose bytes are computed at the first access.
  static func deferred(_ expression: DeferredExpression) -> Storage {
    create(0) { _ in
      Contents(
        block: nil, sizeClass: -1, layout: expression.layout, fields: expression.layout.fields,
        offset: 0, expression: expression,
        base: nil)
    }
  }

  /// The elements of this storage in another layout.
  func view(_ layout: ArrayLayout, offset: Int) -> Storage {
    let owner = header.base ?? self
    return Storage.create(0) { _ in
      Contents(
        block: owner.header.block, sizeClass: -1, layout: layout, fields: layout.fields,
        offset: offset,
        expression: nil,
        base: owner)
    }
  }

  private static func create(
    _ words: Int, _ contents: (ManagedBuffer<Contents, Word>) -> Contents
  ) -> Storage {
    unsafeDowncast(create(minimumCapacity: words, makingHeaderWith: contents), to: Storage.self)
  }

  deinit {
    let sizeClass = header.sizeClass
    if sizeClass >= 0, let block = header.block {
      StoragePool.shared.giveBack(block, class: sizeClass)
    }
  }

  /// The contents, valid while the caller keeps this object alive.
  @inline(__always)
  var bytes: UnsafeMutableRawPointer {
    if let block = header.block { return block }
    return computed
  }

  /// The expression behind the bytes, computed or not.
  @inline(__always)
  var expression: DeferredExpression? { header.expression }

  /// True if there is an expression behind the bytes, computed or not.
  @inline(__always)
  var isDeferred: Bool { header.block == nil && header.base == nil }

  /// True if the bytes belong to another storage.
  @inline(__always)
  var isView: Bool { header.base != nil }

  @inline(never)
  private var computed: UnsafeMutableRawPointer {
    if let base = header.base { return base.bytes }
    guard let expression = header.expression else {
      preconditionFailure("a block has neither bytes nor an expression to compute them from")
    }
    return expression.compute()
  }
}
