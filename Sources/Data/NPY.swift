// How one array is stored in and loaded from an npy file. It has never heard of models or of
// archives.

import AdjointArrays

/// Reading and writing of npy files, numpy's format for one array.
///
/// Elements travel bit for bit. Types `f4`, `f8`, `i4` and `b1` are read in either byte order, row-
/// or column-major; arrays of Python objects are refused, since reading those would run code from
/// the file.
public enum NPY {
  /// Reads the bytes of an npy file of version 1.0, 2.0 or 3.0.
  ///
  /// - Throws: `DataError` with the offset in the file: `malformed`; `unsupported` for other types,
  ///   versions or more than eight axes; `tooLarge` for a header beyond 10,000 bytes.
  public static func read(_ bytes: [UInt8]) throws(DataError) -> NDArray {
    try bytes.withUnsafeBufferPointer { buffer throws(DataError) in
      let header = try NPYHeader(buffer)
      let data = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[header.dataOffset...]))
      let size = header.shape.elementCount.multipliedReportingOverflow(by: header.dtype.byteCount)
      guard !size.overflow, size.partialValue == data.count else {
        throw .malformed(
          at: header.dataOffset,
          "an array of shape \(header.shape) and dtype \(header.dtype) does not fill the \(data.count) bytes that follow",
          remedy: NPYHeader.notNPY)
      }
      // Column-major order is row-major order with the axes reversed.
      let dimensions = header.shape.dimensions
      let stored = NDArray(
        copying: data, shape: Shape(header.isColumnMajor ? dimensions.reversed() : dimensions),
        dtype: header.dtype, order: header.order)
      if let position = stored.firstInvalidBoolean() {
        throw .malformed(
          at: header.dataOffset + position, "an element is neither False nor True",
          remedy: NPYHeader.notNPY)
      }
      return header.isColumnMajor
        ? stored.transposed(dimensions.indices.reversed()) : stored
    }
  }

  /// Loads the npy file at `path`.
  ///
  /// - Parameter limit: the largest file size accepted; nil means the memory of this machine.
  /// - Throws: `DataError` naming the file: `unreadable` and `tooLarge` in addition to those of
  ///   ``read(_:)``.
  public static func load(contentsOf path: String, limit: Int? = nil) throws(DataError) -> NDArray {
    let bytes = try AtomicFile.read(path, limit: limit)
    do throws(DataError) { return try read(bytes) } catch { throw error.named(path) }
  }

  /// The bytes of an npy file: version 1.0, row-major, little-endian, as numpy writes it.
  public static func bytes(_ array: NDArray) -> [UInt8] {
    var bytes = NPYHeader.bytes(dtype: array.dtype, shape: array.shape)
    let start = bytes.count
    array.withUnsafeContiguousBytes { bytes.append(contentsOf: $0) }
    bytes.withUnsafeMutableBytes {
      ByteOrder.littleEndian.convert(
        UnsafeMutableRawBufferPointer(rebasing: $0[start...]), width: array.dtype.byteCount)
    }
    return bytes
  }

  /// Saves an array to an npy file, replacing an old one only when the new one is complete.
  ///
  /// - Throws: `DataError` of kind `unwritable`; the old file is then untouched.
  public static func save(_ array: NDArray, to path: String) throws(DataError) {
    try AtomicFile.write(bytes(array), to: path)
  }
}
