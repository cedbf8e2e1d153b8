// How tensors with names are stored in and loaded from safetensors files. It has never heard of
// models.

import AdjointArrays
import AdjointSupport

/// Reading and writing of safetensors files, the exchange format for named tensors.
///
/// Elements travel bit for bit: NaN payloads, negative zeros and subnormals come back as they were.
/// Equal tensors and metadata give equal bytes, the same ones as the reference implementation in
/// Python writes.
public enum Safetensors {
  /// Tensors in the order of their data, and the texts that accompany them.
  public typealias Contents = (
    tensors: [(name: String, array: NDArray)], metadata: [String: String]
  )

  // MARK: Reading

  /// Reads the bytes of a safetensors file.
  ///
  /// Every number in the header is checked against the number of bytes at hand before anything is
  /// allocated. Duplicate names, holes, overlaps and trailing bytes are refused, so that two
  /// readers can never see different tensors in the same file.
  /// - Throws: `DataError` with the offset in the file: `malformed`, or `unsupported` for a dtype
  ///   other than F32, F64, I32 and BOOL or more than eight axes.
  public static func read(_ bytes: [UInt8]) throws(DataError) -> Contents {
    try bytes.withUnsafeBufferPointer { buffer throws(DataError) in
      let file = UnsafeRawBufferPointer(buffer)
      let headerSize = try SafetensorsHeader.size(from: file, fileSize: file.count)
      let data = UnsafeRawBufferPointer(rebasing: file[(8 + headerSize)...])
      let header = try SafetensorsHeader(
        UnsafeBufferPointer(rebasing: buffer[8..<(8 + headerSize)]), dataSize: data.count)
      var tensors: [(name: String, array: NDArray)] = []
      for entry in header.entries {
        let array = NDArray(
          copying: UnsafeRawBufferPointer(rebasing: data[entry.range]), shape: entry.shape,
          dtype: entry.dtype, order: .littleEndian)
        try checkBooleans(array, of: entry, at: 8 + headerSize)
        tensors.append((entry.name, array))
      }
      return (tensors, header.metadata)
    }
  }

  /// Loads the safetensors file at `path`.
  ///
  /// The header is checked before the elements are read, each tensor straight into its own memory,
  /// so that the peak is the size of the file.
  /// - Parameter limit: the largest file size accepted; nil means the memory of this machine.
  /// - Throws: `DataError` naming the file: `unreadable` and `tooLarge` in addition to those of
  ///   ``read(_:)``.
  public static func load(contentsOf path: String, limit: Int? = nil) throws(DataError) -> Contents
  {
    let file = try InputFile(path, limit: limit)
    do throws(DataError) {
      return try contents(of: file)
    } catch {
      throw error.named(path)
    }
  }

  private static func contents(of file: borrowing InputFile) throws(DataError) -> Contents {
    let prefix = try file.bytes(min(8, file.size), at: 0)
    let headerSize = try prefix.withUnsafeBufferPointer { prefix throws(DataError) in
      try SafetensorsHeader.size(from: UnsafeRawBufferPointer(prefix), fileSize: file.size)
    }
    let json = try file.bytes(headerSize, at: 8)
    let header = try json.withUnsafeBufferPointer { json throws(DataError) in
      try SafetensorsHeader(json, dataSize: file.size - 8 - headerSize)
    }
    var tensors: [(name: String, array: NDArray)] = []
    for entry in header.entries {
      var failure: DataError?
      let offset = 8 + headerSize + entry.range.lowerBound
      let array = NDArray(uninitialized: entry.shape, dtype: entry.dtype) { target in
        do throws(DataError) {
          try file.read(into: target, at: offset)
          ByteOrder.littleEndian.convert(target, width: entry.dtype.byteCount)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      try checkBooleans(array, of: entry, at: 8 + headerSize)
      tensors.append((entry.name, array))
    }
    return (tensors, header.metadata)
  }

  private static func checkBooleans(
    _ array: NDArray, of entry: SafetensorsEntry, at dataOffset: Int
  ) throws(DataError) {
    guard let position = array.firstInvalidBoolean() else { return }
    throw .malformed(
      at: dataOffset + entry.range.lowerBound + position,
      "tensor \(entry.name.quoted) has an element that is neither 0 nor 1",
      remedy: "A tensor of dtype BOOL holds only these; write it again.")
  }

  // MARK: Writing

  /// The bytes of a safetensors file.
  ///
  /// Wide types come first, then names in the order of their UTF-8 bytes, whatever the order of the
  /// argument; the elements begin at a multiple of eight bytes.
  /// - Throws: `DataError` when two tensors have one name, a name is `__metadata__`, or the header
  ///   would exceed 100,000,000 bytes.
  public static func bytes(
    tensors: [(name: String, array: NDArray)], metadata: [String: String] = [:]
  ) throws(DataError) -> [UInt8] {
    let (header, arrays) = try plan(tensors, metadata)
    var bytes = header
    bytes.reserveCapacity(
      header.count + arrays.reduce(0) { $0 + $1.elementCount * $1.dtype.byteCount })
    for array in arrays {
      let start = bytes.count
      array.withUnsafeContiguousBytes { bytes.append(contentsOf: $0) }
      bytes.withUnsafeMutableBytes {
        ByteOrder.littleEndian.convert(
          UnsafeMutableRawBufferPointer(rebasing: $0[start...]), width: array.dtype.byteCount)
      }
    }
    return bytes
  }

  /// Saves tensors to a safetensors file, replacing an old one only when the new one is complete.
  ///
  /// - Throws: `DataError`: those of ``bytes(tensors:metadata:)``, and `unwritable`, after which
  ///   the old file is untouched.
  public static func save(
    tensors: [(name: String, array: NDArray)], metadata: [String: String] = [:], to path: String
  ) throws(DataError) {
    do throws(DataError) {
      try AtomicFile.write(try bytes(tensors: tensors, metadata: metadata), to: path)
    } catch {
      throw error.named(path)
    }
  }

  private static func plan(
    _ tensors: [(name: String, array: NDArray)], _ metadata: [String: String]
  ) throws(DataError) -> (header: [UInt8], arrays: [NDArray]) {
    var names: Set<String> = []
    for (name, _) in tensors {
      guard name != SafetensorsHeader.metadataKey else {
        throw .malformed(
          at: nil, "a tensor is named \(name), which the format keeps for itself",
          remedy: "Give it another name.")
      }
      guard names.insert(name).inserted else {
        throw .malformed(
          at: nil, "two tensors are named \(name.quoted)",
          remedy: "Give each tensor a name of its own.")
      }
    }
    let sorted = tensors.sorted { a, b in
      let (left, right) = (a.array.dtype.safetensorsRank, b.array.dtype.safetensorsRank)
      return left != right ? left < right : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
    }
    var end = 0
    let entries = sorted.map { name, array in
      let start = end
      end += array.elementCount * array.dtype.byteCount
      return SafetensorsEntry(
        name: name, dtype: array.dtype, shape: array.shape, range: start..<end)
    }
    return (try SafetensorsHeader.bytes(entries, metadata: metadata), sorted.map(\.array))
  }
}
