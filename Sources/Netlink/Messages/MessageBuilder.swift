/// Builds one message: a header, a fixed part, then attributes.
///
/// Lengths are written when a closure ends, never counted by hand. What does not fit (an attribute has 16 bits for its
/// length) is remembered, and `finished` reports it: a message too long is never sent with a wrapped length.
struct MessageBuilder: Sendable {
  /// Attribute flag: the value is a list of attributes (NLA_F_NESTED).
  static let nestedFlag: UInt16 = 0x8000

  private var bytes: [UInt8] = []
  private var problem: String?

  init(_ type: MessageType, _ flags: MessageFlags) {
    bytes.reserveCapacity(256)
    write(UInt32(0))
    write(type.rawValue)
    write(flags.rawValue)
    write(UInt32(0))
    write(UInt32(0))
  }

  /// Appends a number in host byte order.
  mutating func write<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes as they are.
  mutating func write(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Appends an attribute whose value the closure writes, padded to 4 bytes.
  mutating func attribute(_ type: UInt16, _ body: (inout MessageBuilder) -> Void) {
    record("attribute \(type & ~Self.nestedFlag)") {
      $0.write(type)
      body(&$0)
    }
  }

  /// Appends a record that starts with its own length in 16 bits, padded to 4 bytes: an attribute, a next hop.
  mutating func record(_ name: @autoclosure () -> String, _ body: (inout MessageBuilder) -> Void) {
    let start = bytes.count
    write(UInt16(0))
    body(&self)
    let length = bytes.count - start
    if let short = UInt16(exactly: length) {
      withUnsafeBytes(of: short) { bytes.replaceSubrange(start..<start + 2, with: $0) }
    } else {
      problem = problem ?? "\(name()) has \(length) bytes, the limit is \(UInt16.max)"
    }
    pad()
  }

  /// Appends an attribute that holds attributes.
  mutating func nest(_ type: UInt16, _ body: (inout MessageBuilder) -> Void) {
    attribute(type | Self.nestedFlag, body)
  }

  /// Appends an attribute that holds a number in host byte order.
  mutating func attribute(_ type: UInt16, _ number: some FixedWidthInteger) {
    attribute(type) { $0.write(number) }
  }

  /// Appends an attribute that holds bytes.
  mutating func attribute(_ type: UInt16, bytes value: some Sequence<UInt8>) {
    attribute(type) { $0.write(bytes: value) }
  }

  /// Appends an attribute that holds text, ended by a NUL.
  mutating func attribute(_ type: UInt16, text: String) {
    attribute(type) {
      $0.write(bytes: text.utf8)
      $0.write(UInt8(0))
    }
  }

  /// Appends an attribute without a value.
  mutating func flag(_ type: UInt16) { attribute(type) { _ in } }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  /// The whole message, with its length and sequence number written in.
  ///
  /// - Throws: `MessageTooLong` if an attribute or the message does not fit its length field.
  func finished(sequence: UInt32) throws(MessageTooLong) -> [UInt8] {
    if let problem { throw MessageTooLong(explanation: problem) }
    guard let length = UInt32(exactly: bytes.count) else {
      throw MessageTooLong(explanation: "the message has \(bytes.count) bytes")
    }
    var message = bytes
    withUnsafeBytes(of: length) { message.replaceSubrange(0..<4, with: $0) }
    withUnsafeBytes(of: sequence) { message.replaceSubrange(8..<12, with: $0) }
    return message
  }
}

/// A message did not fit the length fields of the wire format.
struct MessageTooLong: Error, Hashable {
  let explanation: String
}
