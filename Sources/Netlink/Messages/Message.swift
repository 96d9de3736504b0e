/// One message as it was received.
struct Message: Hashable, Sendable {
  let header: MessageHeader
  /// What follows the header.
  let payload: ArraySlice<UInt8>

  /// Splits a datagram into its messages.
  ///
  /// - Throws: `MalformedMessage` if a length is below a header's or reaches past the end.
  static func list(in datagram: ArraySlice<UInt8>) throws(MalformedMessage) -> [Message] {
    var messages: [Message] = []
    var rest = datagram
    while !rest.isEmpty {
      var reader = ByteReader(rest)
      let length = Int(try reader.read(UInt32.self))
      let header = MessageHeader(
        length: length, type: MessageType(try reader.read()), flags: MessageFlags(rawValue: try reader.read()),
        sequence: try reader.read(), port: try reader.read())
      guard length >= MessageHeader.size, length <= rest.count else {
        throw MalformedMessage("a message says it has \(length) bytes, \(rest.count) are left")
      }
      messages.append(Message(header: header, payload: rest.prefix(length).dropFirst(MessageHeader.size)))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return messages
  }
}
