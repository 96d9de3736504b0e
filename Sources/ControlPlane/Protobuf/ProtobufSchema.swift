/// A protobuf message as JSON: which field has which number.
struct ProtobufMessage: Sendable {
  indirect enum Field: Sendable {
    case string
    /// False counts as absent: Go writes unset flags too.
    case boolean
    /// A pointer in Go, written only when it is set: false means false.
    case optionalBoolean
    /// Zero counts as absent, likewise.
    case integer
    /// A pointer, likewise: zero means zero.
    case optionalInteger
    /// metav1.Time.
    case time
    /// intstr.IntOrString.
    case intOrString
    /// map<string, string>.
    case stringMap
    case message(ProtobufMessage)
    case list(Field)
  }

  let fields: [Int: (name: String, type: Field)]

  init(_ fields: [Int: (String, Field)]) {
    self.fields = fields.mapValues { (name: $0.0, type: $0.1) }
  }

  /// - Throws: `Malformed` for bytes that are no such message.
  func decode(_ bytes: some Collection<UInt8>) throws(ProtobufReader.Malformed) -> JSON {
    var reader = ProtobufReader(bytes)
    var object: [String: JSON] = [:]
    while let (number, value) = try reader.next() {
      // Fields that this server does not know say nothing to it, as anywhere in protobuf.
      guard let (name, type) = fields[number] else { continue }
      switch type {
      case .list(let element):
        object[name] = .array((object[name]?.array ?? []) + [try Self.decode(value, element)])
      case .stringMap:
        let pair = try Self.pair.decode(Self.bytes(value))
        var members = object[name] ?? [:]
        members[pair["key"]?.string ?? ""] = pair["value"] ?? ""
        object[name] = members
      default: object[name] = try Self.decode(value, type)
      }
    }
    return .object(object.filter { $0.value != "" && $0.value != .null })
  }

  private static let pair = ProtobufMessage([1: ("key", .string), 2: ("value", .string)])
  private static let timeFields = ProtobufMessage([1: ("seconds", .integer), 2: ("nanos", .integer)])
  private static let intOrStringFields = ProtobufMessage([
    1: ("type", .integer), 2: ("int", .integer), 3: ("string", .string),
  ])

  private static func decode(_ value: ProtobufReader.Value, _ type: Field) throws(ProtobufReader.Malformed) -> JSON {
    switch (type, value) {
    case (.string, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
    case (.boolean, .varint(0)): return .null
    case (.boolean, .varint(let number)), (.optionalBoolean, .varint(let number)): return .bool(number != 0)
    case (.integer, .varint(0)): return .null
    case (.integer, .varint(let number)), (.optionalInteger, .varint(let number)):
      return .int(Int64(bitPattern: number))
    case (.time, .bytes(let bytes)):
      guard let seconds = try timeFields.decode(bytes)["seconds"]?.int else { return .null }
      return .string(Timestamp.text(secondsSinceEpoch: seconds))
    case (.intOrString, .bytes(let bytes)):
      let union = try intOrStringFields.decode(bytes)
      return union["type"] == 1 ? union["string"] ?? "" : union["int"] ?? 0
    case (.message(let message), .bytes(let bytes)): return try message.decode(bytes)
    default: throw ProtobufReader.Malformed()
    }
  }

  private static func bytes(_ value: ProtobufReader.Value) throws(ProtobufReader.Malformed) -> [UInt8] {
    guard case .bytes(let bytes) = value else { throw ProtobufReader.Malformed() }
    return bytes
  }
}
