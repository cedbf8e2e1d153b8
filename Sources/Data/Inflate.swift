// DEFLATE, the compressed blocks of RFC 1951. It has never heard of gzip headers, checksums or
// files.

/// A decoder of one DEFLATE stream that can pause between two symbols when its output is full.
///
/// Time is linear in input plus output: every block consumes input, and building a code costs a
/// constant. Nothing in the input can make it trap: each index that depends on the input is
/// compared first, and reading past the end yields zeros that are noticed before they are used.
struct Inflater {
  private let input: UnsafeRawBufferPointer
  private var position: Int
  // The next bits of the stream, the first one lowest; `available` says how many are real.
  private var bits: UInt64 = 0
  private var available = 0

  private enum State {
    case betweenBlocks
    case stored(remaining: Int)
    case coded
    case finished
  }
  private var state = State.betweenBlocks
  private var isLastBlock = false
  private var literals: HuffmanCode
  private var distances: HuffmanCode

  private static let fixedLiterals = try? HuffmanCode(
    lengths: DeflateAlphabet.fixedLiteralLengths[...], meanings: DeflateAlphabet.literalsAndLengths)
  private static let fixedDistances = try? HuffmanCode(
    lengths: DeflateAlphabet.fixedDistanceLengths[...], meanings: DeflateAlphabet.distances)

  /// Starts at byte `position` of `input`.
  init(_ input: UnsafeRawBufferPointer, from position: Int) throws(DataError) {
    guard let literals = Inflater.fixedLiterals, let distances = Inflater.fixedDistances else {
      throw .unsupported(
        at: nil, "the fixed codes of DEFLATE could not be built", remedy: "Report this as a bug.")
    }
    self.input = input
    self.position = position
    self.literals = literals
    self.distances = distances
  }

  /// The offset of the byte that holds the next bit.
  var offset: Int { position - available >> 3 }

  /// Decodes the whole stream to the end of `output`.
  ///
  /// Matches may reach back to `output.count` as it was at the call, not into earlier members.
  /// - Returns: the offset of the first byte after the stream.
  mutating func inflate(to output: inout InflateOutput) throws(DataError) -> Int {
    let start = output.count
    let limit = output.limit
    while true {
      let isFinished = try output.withStorage { (buffer, count) throws(DataError) in
        let isFinished = try step(to: buffer, count: &count, start: start)
        if count > limit { throw exceeded(limit) }
        return isFinished
      }
      if isFinished { return offset }
      let capacity = output.storage.count
      output.grow()
      // Growth ends a few bytes past the limit; without this line a mistake above would loop.
      if output.storage.count == capacity { throw exceeded(limit) }
    }
  }

  private func exceeded(_ limit: Int) -> DataError {
    .tooLarge(
      at: offset, "unpacks to more than the limit of \(limit) bytes",
      remedy: "Raise the limit if the file is trusted.")
  }

  /// Continues until the stream ends (true) or the output has no room for one more symbol (false).
  private mutating func step(
    to output: UnsafeMutableBufferPointer<UInt8>, count: inout Int, start: Int
  ) throws(DataError) -> Bool {
    while true {
      switch state {
      case .betweenBlocks:
        if isLastBlock {
          state = .finished
        } else {
          try beginBlock()
        }
      case .stored(let remaining):
        // Bits have been dropped up to a byte boundary, so `position` is exact here.
        let copied = min(remaining, output.count - count)
        copy(copied, to: output, at: count)
        count += copied
        if copied < remaining {
          state = .stored(remaining: remaining - copied)
          return false
        }
        state = .betweenBlocks
      case .coded:
        if try !decodeSymbols(to: output, count: &count, start: start) { return false }
        state = .betweenBlocks
      case .finished:
        return true
      }
    }
  }

  private mutating func copy(
    _ length: Int, to output: UnsafeMutableBufferPointer<UInt8>, at count: Int
  ) {
    guard length > 0 else { return }
    let source = UnsafeRawBufferPointer(rebasing: input[position..<(position + length)])
    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(output)[count...])
      .copyMemory(from: source)
    position += length
  }
}

// MARK: Bits

extension Inflater {
  /// Makes at least 56 bits available, or all that are left.
  @inline(__always)
  private mutating func refill() {
    if position + 8 <= input.count {
      // Bits above `available` may be set already; they are the same bits, so OR changes nothing.
      let next = UInt64(
        littleEndian: input.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      bits |= next &<< UInt64(truncatingIfNeeded: available)
      position &+= (63 &- available) &>> 3
      available |= 56
    } else {
      while available <= 56, position < input.count {
        bits |= UInt64(input[position]) &<< UInt64(truncatingIfNeeded: available)
        position &+= 1
        available &+= 8
      }
    }
  }

  /// Drops `count` bits; `available` goes below zero when they were not there.
  @inline(__always)
  private mutating func drop(_ count: Int) {
    bits &>>= UInt64(truncatingIfNeeded: count)
    available &-= count
  }

  @inline(__always)
  private mutating func take(_ count: Int) -> Int {
    let value = bits & (1 &<< UInt64(truncatingIfNeeded: count) &- 1)
    drop(count)
    return Int(truncatingIfNeeded: value)
  }

  private mutating func need(_ count: Int) throws(DataError) -> Int {
    refill()
    guard available >= count else { throw truncated() }
    return take(count)
  }

  private func truncated() -> DataError {
    .malformed(
      at: input.count, "the compressed data stop in the middle of a block",
      remedy: "The file is truncated; copy or download it again.")
  }

  private func damaged(_ problem: String) -> DataError {
    .malformed(
      at: min(max(offset, 0), input.count), problem,
      remedy: "The file is damaged; copy or download it again.")
  }
}

// MARK: Blocks

extension Inflater {
  private mutating func beginBlock() throws(DataError) {
    isLastBlock = try need(1) == 1
    switch try need(2) {
    case 0: try beginStoredBlock()
    case 1:
      if let fixed = Inflater.fixedLiterals { literals = fixed }
      if let fixed = Inflater.fixedDistances { distances = fixed }
      state = .coded
    case 2:
      try readCodes()
      state = .coded
    default: throw damaged("block type 3 does not exist")
    }
  }

  private mutating func beginStoredBlock() throws(DataError) {
    drop(available & 7)
    let length = try need(16)
    let complement = try need(16)
    guard length ^ complement == 0xffff else {
      throw damaged("the length of a stored block contradicts its complement")
    }
    position -= available >> 3
    bits = 0
    available = 0
    guard length <= input.count - position else { throw truncated() }
    state = .stored(remaining: length)
  }

  // RFC 1951, 3.2.7.
  private mutating func readCodes() throws(DataError) {
    let literalCount = try need(5) + 257
    let distanceCount = try need(5) + 1
    let codeLengthCount = try need(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else {
      throw damaged("a block declares more symbols than exist")
    }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var lengths = [UInt8](repeating: 0, count: 19)
    for symbol in order[..<codeLengthCount] { lengths[symbol] = UInt8(try need(3)) }
    let code = try code(lengths[...], DeflateAlphabet.codeLengths, "code lengths")

    let total = literalCount + distanceCount
    lengths = []
    while lengths.count < total {
      refill()
      let entry = symbol(of: code)
      guard available >= 0 else { throw truncated() }
      guard entry != 0 else { throw damaged("a code length has no meaning") }
      let symbol = UInt8(truncatingIfNeeded: entry >> 16)
      let repeated: (UInt8, count: Int)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw damaged("no code length to repeat") }
        repeated = (last, try need(2) + 3)
      case 17: repeated = (0, try need(3) + 3)
      case 18: repeated = (0, try need(7) + 11)
      default: repeated = (symbol, 1)
      }
      guard lengths.count + repeated.count <= total else {
        throw damaged("more code lengths than symbols")
      }
      lengths.append(contentsOf: repeatElement(repeated.0, count: repeated.count))
    }
    guard lengths[256] > 0 else { throw damaged("a block cannot end: symbol 256 has no code") }
    literals = try self.code(
      lengths[..<literalCount], DeflateAlphabet.literalsAndLengths, "literals and lengths")
    distances = try self.code(lengths[literalCount...], DeflateAlphabet.distances, "distances")
  }

  private func code(
    _ lengths: ArraySlice<UInt8>, _ meanings: [HuffmanEntry], _ name: String
  ) throws(DataError) -> HuffmanCode {
    do throws(HuffmanCode.Defect) {
      return try HuffmanCode(lengths: lengths, meanings: meanings)
    } catch {
      switch error {
      case .overSubscribed: throw damaged("the code for \(name) has more words than fit")
      case .incomplete: throw damaged("the code for \(name) leaves words unused")
      }
    }
  }
}

// MARK: Symbols

extension Inflater {
  /// Takes one symbol; 0 when no code word matches.
  private mutating func symbol(of code: HuffmanCode) -> HuffmanEntry {
    var entry = code.table[Int(bits & (1 << UInt64(HuffmanCode.tableBits) - 1))]
    if entry & 15 == 0 { entry = code.longSymbol(bits) }
    drop(Int(entry & 15))
    return entry
  }

  /// Decodes literals and matches to the end of the block (true) or of the room (false).
  private mutating func decodeSymbols(
    to output: UnsafeMutableBufferPointer<UInt8>, count: inout Int, start: Int
  ) throws(DataError) -> Bool {
    guard let base = output.baseAddress else { return false }
    let literals = literals
    let distances = distances
    let mask = UInt64(1) << UInt64(HuffmanCode.tableBits) - 1
    let lastRoom = output.count - InflateOutput.slack
    // The state lives in locals during the loop, so that it stays in registers.
    var here = self
    var end = count
    defer {
      self = here
      count = end
    }
    return try literals.table.withUnsafeBufferPointer { literalTable throws(DataError) in
      try distances.table.withUnsafeBufferPointer { distanceTable throws(DataError) in
        while end <= lastRoom {
          here.refill()
          var entry = literalTable[Int(truncatingIfNeeded: here.bits & mask)]
          if entry & 15 == 0 { entry = literals.longSymbol(here.bits) }
          here.drop(Int(truncatingIfNeeded: entry & 15))
          let kind = entry &>> 8 & 3
          if kind == HuffmanKind.literal {
            guard here.available >= 0 else { throw here.truncated() }
            base[end] = UInt8(truncatingIfNeeded: entry &>> 16)
            end &+= 1
            continue
          }
          guard kind == HuffmanKind.number, entry != 0 else {
            guard here.available >= 0 else { throw here.truncated() }
            if kind == HuffmanKind.endOfBlock { return true }
            throw here.damaged("a code word has no meaning")
          }
          // At most 15 + 5 + 15 + 13 bits a match, fewer than the 56 of one refill.
          let length =
            Int(truncatingIfNeeded: entry &>> 16)
            &+ here.take(Int(truncatingIfNeeded: entry &>> 4 & 15))
          entry = distanceTable[Int(truncatingIfNeeded: here.bits & mask)]
          if entry & 15 == 0 { entry = distances.longSymbol(here.bits) }
          here.drop(Int(truncatingIfNeeded: entry & 15))
          let distance =
            Int(truncatingIfNeeded: entry &>> 16)
            &+ here.take(Int(truncatingIfNeeded: entry &>> 4 & 15))
          guard here.available >= 0 else { throw here.truncated() }
          guard entry != 0, entry &>> 8 & 3 == HuffmanKind.number else {
            throw here.damaged("a distance code has no meaning")
          }
          guard distance <= end &- start else {
            throw here.damaged("a match reaches back before the start of the data")
          }
          Inflater.repeatBytes(base + end, distance: distance, length: length)
          end &+= length
        }
        return false
      }
    }
  }

  /// Writes `length` bytes at `target`, each equal to the one `distance` before it.
  ///
  /// May write up to seven bytes more; `InflateOutput.slack` has room for them.
  @inline(__always)
  private static func repeatBytes(
    _ target: UnsafeMutablePointer<UInt8>, distance: Int, length: Int
  ) {
    if distance >= 8 {
      let target = UnsafeMutableRawPointer(target)
      let source = UnsafeRawPointer(target) - distance
      var done = 0
      repeat {
        let word = source.loadUnaligned(fromByteOffset: done, as: UInt64.self)
        target.storeBytes(of: word, toByteOffset: done, as: UInt64.self)
        done &+= 8
      } while done < length
    } else if distance == 1 {
      target.update(repeating: (target - 1).pointee, count: length)
    } else {
      for index in 0..<length { target[index] = target[index &- distance] }
    }
  }
}

extension HuffmanCode {
  /// Walks the canonical order bit by bit; 0 when no code word matches.
  ///
  /// Codes of one length are consecutive numbers, and the first of them is twice the number after
  /// the last of the length before: comparing with that range settles each length.
  @inline(never)
  func longSymbol(_ bits: UInt64) -> HuffmanEntry {
    var bits = bits
    var word = 0
    var first = 0
    // How many words are shorter than the length at hand.
    var shorter = 0
    for length in 1...HuffmanCode.longestCode {
      word |= Int(bits & 1)
      bits >>= 1
      let count = counts[length]
      if word - first < count { return ordered[shorter + word - first] }
      shorter += count
      first = (first + count) << 1
      word <<= 1
    }
    return 0
  }
}
