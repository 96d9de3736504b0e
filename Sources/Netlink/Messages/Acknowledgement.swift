/// The kernel's verdict on a request (`struct nlmsgerr`), or the end of a dump, with its explanation (NETLINK_EXT_ACK).
struct Acknowledgement: Hashable, Sendable {
  /// 0, or the errno of the refusal, positive.
  let errno: Int32
  /// The kernel's own sentence, if it gave one. With errno 0 it is a warning.
  let explanation: String?

  /// Reads the payload of NLMSG_ERROR.
  init(error message: Message) throws(MalformedMessage) {
    var reader = ByteReader(message.payload)
    let code = try reader.read(Int32.self)
    let requestLength = Int(try reader.read(UInt32.self))
    try reader.skip(MessageHeader.size - 4)
    // Without the "capped" flag the whole request is echoed in front of the attributes, if there was an error.
    if !message.header.flags.contains(.capped), code != 0, requestLength > MessageHeader.size {
      let echoed = (requestLength - MessageHeader.size + 3) & ~3
      try reader.skip(min(echoed, reader.rest.count))
    }
    self.init(code: code, flags: message.header.flags, attributes: reader.rest)
  }

  /// Reads the payload of NLMSG_DONE: an error code, or nothing on very old kernels.
  init(done message: Message) {
    var reader = ByteReader(message.payload)
    let code = (try? reader.read(Int32.self)) ?? 0
    self.init(code: code, flags: message.header.flags, attributes: reader.rest)
  }

  private init(code: Int32, flags: MessageFlags, attributes: ArraySlice<UInt8>) {
    // A dump ends with the last callback's positive return value or a negative errno; Int32.min has no positive twin.
    errno = code < 0 ? Int32(clamping: -Int64(code)) : 0
    guard flags.contains(.acknowledgementAttributes), let list = try? Attribute.list(in: attributes) else {
      explanation = nil
      return
    }
    explanation = Self.explanation(list)
  }

  /// NLMSGERR_ATTR_*: MSG 1, OFFS 2, MISS_TYPE 5, MISS_NEST 6.
  private static func explanation(_ attributes: [Attribute]) -> String? {
    var sentence: String?
    var notes: [String] = []
    for attribute in attributes {
      switch attribute.type {
      case 1: sentence = attribute.text
      case 2: if let offset = attribute.number(UInt32.self) { notes.append("at byte \(offset) of the request") }
      case 5: if let type = attribute.number(UInt32.self) { notes.append("attribute \(type) is missing") }
      default: break
      }
    }
    guard !notes.isEmpty else { return sentence }
    return (sentence ?? "the kernel names no reason") + " (" + notes.joined(separator: ", ") + ")"
  }
}
