/// The OpenAPI v2 document in the protobuf form that older kubectl insists on (openapi_v2.proto of gnostic).
///
/// Only the head of the document is written: a kubectl that finds no schema for a kind leaves the checks to the server.
enum OpenAPIProtobuf {
  static func encode(_ document: JSON) -> [UInt8] {
    let info =
      field(1, document["info"]?["title"]?.string ?? "") + field(2, document["info"]?["version"]?.string ?? "")
    return field(1, document["swagger"]?.string ?? "") + field(2, info) + field(8, [])
  }

  private static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  /// A length-delimited field.
  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(bytes.count) + bytes
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
