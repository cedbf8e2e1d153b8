// Texts that are JSON, and texts that are nearly JSON.

import Testing

@testable import AdjointData

@Suite struct JSONReaderTests {
  private func read(_ bytes: [UInt8]) throws -> JSONNode {
    try bytes.withUnsafeBufferPointer { try JSONReader.read($0) }
  }

  private func read(_ text: String) throws -> JSONNode { try read(Array(text.utf8)) }

  private func members(_ text: String) throws -> [String: JSONNode.Value] {
    guard case .object(let members) = try read(text).value else { return [:] }
    return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.node.value) })
  }

  @Test func readsEveryKindOfValue() throws {
    let text = " {\"a\": [1, -2, 2.5e3, true, false, null], \"b\": {}, \"\": [ ], \"c\":\"x\"} \n"
    let members = try members(text)
    #expect(members["b"] == .object([]))
    #expect(members[""] == .array([]))
    #expect(members["c"] == .string("x"))
    guard case .array(let elements)? = members["a"] else { throw failureOfTest }
    #expect(
      elements.map(\.value) == [
        .integer(1), .integer(-2), .number("2.5e3"), .boolean(true), .boolean(false), .null,
      ])
    #expect(elements.map(\.offset) == [8, 11, 15, 22, 28, 35])
  }

  private var failureOfTest: DataError {
    DataError(.malformed, problem: "no array", remedy: "look at the reader")
  }

  /// Through Double, 2^53 + 1 would come back as 2^53.
  @Test func integersAreExact() throws {
    #expect(try read("9007199254740993").value == .integer(9_007_199_254_740_993))
    #expect(try read("9223372036854775807").value == .integer(.max))
    #expect(try read("-9223372036854775808").value == .integer(.min))
    #expect(try read("9223372036854775808").value == .number("9223372036854775808"))
    #expect(try read("-0").value == .number("-0"))
    #expect(try read("1.0").value == .number("1.0"))
  }

  @Test func stringsAreDecoded() throws {
    #expect(try read(#""\"\\\/\b\f\n\r\t""#).value == .string("\"\\/\u{8}\u{c}\n\r\t"))
    #expect(try read(#""\u00e9\ud83d\ude00é😀""#).value == .string("é😀é😀"))
    #expect(try read(#""\u0000""#).value == .string("\0"))
  }

  @Test(arguments: [
    ("", 0), ("  ", 2), ("{", 1), ("[1", 2), ("[1,]", 3), ("[1 2]", 3), ("{\"a\":1,}", 7),
    ("{\"a\" 1}", 5), ("{a:1}", 1), ("{1:1}", 1), ("01", 1), ("-", 1), ("+1", 0), ("1.", 2),
    (".5", 0), ("1e", 2), ("1e+", 3), ("tru", 0), ("True", 0), ("nul", 0), ("NaN", 0), ("1 1", 2),
    ("\"", 0), ("\"\\", 2), ("\"\\x\"", 1), ("\"\\u12g4\"", 5), ("\"\\ud800\"", 1),
    ("\"\\udc00\"", 1), ("\"\\ud800\\u0041\"", 1), ("\"\t\"", 1), ("\"a\nb\"", 2), ("{}{}", 2),
    ("{\"a\":1,\"a\":2}", 7), ("{\"a\":1,\"\\u0061\":2}", 7), ("'a'", 0), ("[1]//", 3),
    ("\u{feff}1", 0),
  ])
  func refusesWhatIsNearlyJSON(_ text: String, _ offset: Int) throws {
    let error = try failure { try read(text) }
    #expect(error.kind == .malformed)
    #expect(error.byteOffset == offset)
  }

  /// "é" can be one scalar or two; Swift's dictionaries hold them to be equal.
  @Test func keysThatAreCanonicallyEquivalentAreDuplicates() throws {
    #expect(throws: DataError.self) { try read("{\"\u{e9}\":1,\"e\u{301}\":2}") }
  }

  @Test(
    arguments: [
      [0x80], [0xc3], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80], [0xff],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(_ bytes: [UInt8]) throws {
    let quote = UInt8(ascii: "\"")
    let error = try failure { try read([quote] + bytes + [quote]) }
    #expect(error.problem.contains("UTF-8"))
    #expect(error.byteOffset == 0)
  }

  @Test func nestingIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try read(nested(JSONReader.deepestNesting))
    let error = try failure { try read(nested(JSONReader.deepestNesting + 1)) }
    #expect(error.byteOffset == JSONReader.deepestNesting)
    // A million brackets must not reach the end of the stack.
    #expect(throws: DataError.self) { try read(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: DataError.self) { try read(String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test func writtenStringsReadBackTheSame() throws {
    let texts = ["", "weight", "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}", "é😀\u{2028}"]
    for text in texts {
      #expect(try read(jsonLiteral(text)).value == .string(text))
    }
  }

  @Test func everyTruncationAndMutationThrowsOrReads() throws {
    let seed = Array(#"{"a\n":[1,-2.5e3,true,{"b":null}],"é":"\ud83d\ude00","c":false}"#.utf8)
    for count in seed.indices {
      #expect(throws: DataError.self) { try read(Array(seed[..<count])) }
    }
    for place in seed.indices {
      for value in UInt8.min...UInt8.max {
        var bytes = seed
        bytes[place] = value
        do {
          guard case .object = try read(bytes).value else {
            Issue.record("byte \(value) at \(place) made another kind of value")
            continue
          }
        } catch let error as DataError {
          #expect((0...bytes.count).contains(error.byteOffset ?? -1))
        }
      }
    }
  }
}
