// How the bytes of elements in a file become the elements of an array: byte order, and which bytes
// are no booleans. It has never heard of any format.

import AdjointArrays

extension NDArray {
  /// Copies `source`, which must have as many bytes as the elements take.
  ///
  /// Elements are moved as bit patterns, never as numbers: passing a signaling NaN through a
  /// floating-point register may quieten it on some processors.
  init(
    copying source: UnsafeRawBufferPointer, shape: Shape, dtype: DType, order: ByteOrder
  ) {
    self.init(uninitialized: shape, dtype: dtype) { target in
      target.copyMemory(from: source)
      order.convert(target, width: dtype.byteCount)
    }
  }

  /// The position of the first byte that is neither 0 nor 1, if the elements are booleans.
  ///
  /// Such a byte must not reach a Swift `Bool`, whose other bit patterns mean nothing.
  func firstInvalidBoolean() -> Int? {
    guard dtype == .bool else { return nil }
    return withUnsafeContiguousBytes { $0.firstIndex { $0 > 1 } }
  }
}

/// Which byte of a number comes first in a file.
enum ByteOrder {
  case littleEndian, bigEndian

  static var native: ByteOrder { 1.littleEndian == 1 ? .littleEndian : .bigEndian }

  /// Turns numbers of `width` bytes from this order into the machine's, or back.
  func convert(_ bytes: UnsafeMutableRawBufferPointer, width: Int) {
    guard self != .native else { return }
    switch width {
    case 2: swapEach(bytes, UInt16.self)
    case 4: swapEach(bytes, UInt32.self)
    case 8: swapEach(bytes, UInt64.self)
    default: break
    }
  }

  private func swapEach<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeMutableRawBufferPointer, _ type: Word.Type
  ) {
    for offset in stride(from: 0, to: bytes.count, by: MemoryLayout<Word>.size) {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
      bytes.storeBytes(of: word.byteSwapped, toByteOffset: offset, as: Word.self)
    }
  }
}
