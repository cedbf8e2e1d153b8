// The key under which a field stands in its container, as `Codable` wants keys.

/// A key made of a field's own name.
struct FieldKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ field: Structure.Field) {
    intValue = field.position >= 0 ? Int(field.position) : nil
    stringValue = intValue.map(String.init) ?? field.key
  }
  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }
  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }

  static func path(to field: Int32, in fields: [Structure.Field]) -> [any CodingKey] {
    var keys: [any CodingKey] = []
    var field = field
    while field > 0 {
      keys.append(FieldKey(fields[Int(field)]))
      field = fields[Int(field)].parent
    }
    return keys.reversed()
  }
}
