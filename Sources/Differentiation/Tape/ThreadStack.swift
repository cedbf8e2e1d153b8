// How a tape knows the thread that may record on it. It has never heard of records.
//
// A record is written in a few instructions, and a second thread that writes at the same time would
// leave a wrong derivative behind. So each record checks where it comes from, and the check must
// cost next to nothing: to ask the system for the thread takes a call, a third of a record. But
// each thread has a stack of its own, and the frame of the function that records lies in it. Its
// address is in a register, so the check is a subtraction and a comparison.

import AdjointSupport

/// The stack of a thread; its address is the same for all calls on one thread.
@frozen
@usableFromInline struct ThreadStack {
  /// The lowest address.
  @usableFromInline let start: UInt
  @usableFromInline let byteCount: UInt

  /// The stack of this thread.
  static var current: UnsafePointer<ThreadStack> {
    if let known = pthread_getspecific(key) {
      return UnsafePointer(known.assumingMemoryBound(to: ThreadStack.self))
    }
    guard let block = malloc(MemoryLayout<ThreadStack>.size) else {
      stop("out of memory: a thread has no room for 16 bytes")
    }
    let stack = block.bindMemory(to: ThreadStack.self, capacity: 1)
    stack.initialize(to: measured)
    pthread_setspecific(key, stack)
    return UnsafePointer(stack)
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { free($0) }
    require(status == 0, "a tape: the system has no thread-local key left (error \(status))")
    return key
  }()

  /// What the system knows of the stack; empty if it does not tell, and then each record asks for
  /// the thread itself.
  private static var measured: ThreadStack {
    #if canImport(Darwin)
      let (end, size) = (
        UInt(bitPattern: pthread_get_stackaddr_np(pthread_self())),
        UInt(pthread_get_stacksize_np(pthread_self()))
      )
      return ThreadStack(start: end - size, byteCount: size)
    #else
      var attributes = pthread_attr_t()
      guard pthread_getattr_np(pthread_self(), &attributes) == 0 else {
        return ThreadStack(start: 0, byteCount: 0)
      }
      defer { pthread_attr_destroy(&attributes) }
      var start: UnsafeMutableRawPointer?
      var size = 0
      pthread_attr_getstack(&attributes, &start, &size)
      return ThreadStack(start: UInt(bitPattern: start), byteCount: UInt(size))
    #endif
  }

  /// True if the function that asks runs on this stack.
  @inlinable @inline(__always)
  var isInUse: Bool { UInt(bitPattern: frameAddress(0)) &- start < byteCount }
}

#if !canImport(Darwin)
  /// The C library has it, but shows it only to programs that ask for GNU extensions.
  @_silgen_name("pthread_getattr_np")
  private func pthread_getattr_np(
    _ thread: pthread_t, _ attributes: UnsafeMutablePointer<pthread_attr_t>
  ) -> Int32
#endif

/// The compiler's own operation: where the frame of the calling function lies.
@_silgen_name("llvm.frameaddress.p0")
@usableFromInline
func frameAddress(_ level: Int32) -> UnsafeRawPointer

extension UnsafeMutablePointer<TapeHeader> {
  /// Makes this thread the one that may record.
  func takeOver() {
    let thread = ThreadStack.current
    pointee.thread = thread
    pointee.stack = thread.pointee
  }

  /// Stops the program unless this thread may record.
  ///
  /// Code that runs on a stack that is no thread's own, as coroutines of other libraries do, passes
  /// too: it is on the right thread.
  func requireOwnThread() {
    require(
      pointee.stack.isInUse || ThreadStack.current == pointee.thread,
      """
      a variable is used on another thread than the one that records it. A tape belongs to one \
      thread: the one that called gradient(at:of:), or that made, reset or last walked the tape. \
      Run separate calls of gradient(at:of:) in parallel and add up what they return, or give the \
      other threads x.detached() or x.value.
      """)
  }
}
