/// What a message is (`nlmsg_type`): NLMSG_* of `linux/netlink.h`, RTM_* of `linux/rtnetlink.h`.
public struct MessageType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }
  init(_ rawValue: UInt16) { self.rawValue = rawValue }

  static let noOperation = MessageType(1)
  static let error = MessageType(2)
  static let done = MessageType(3)
  static let overrun = MessageType(4)

  static let newLink = MessageType(16)
  static let deleteLink = MessageType(17)
  static let getLink = MessageType(18)
  static let setLink = MessageType(19)
  static let newAddress = MessageType(20)
  static let deleteAddress = MessageType(21)
  static let getAddress = MessageType(22)
  static let newRoute = MessageType(24)
  static let deleteRoute = MessageType(25)
  static let getRoute = MessageType(26)
  static let newNeighbour = MessageType(28)
  static let deleteNeighbour = MessageType(29)
  static let getNeighbour = MessageType(30)
  static let newRule = MessageType(32)
  static let deleteRule = MessageType(33)
  static let getRule = MessageType(34)
  static let newQdisc = MessageType(36)
  static let deleteQdisc = MessageType(37)
  static let getQdisc = MessageType(38)
  static let newFilter = MessageType(44)
  static let deleteFilter = MessageType(45)
  static let getFilter = MessageType(46)
  static let newLinkProperty = MessageType(108)
  static let deleteLinkProperty = MessageType(109)
}

/// How a message is to be taken (`nlmsg_flags`): NLM_F_* of `linux/netlink.h`.
///
/// The bits above 0xff mean one thing in a "new" request, another in a "get" request and a third in an answer.
struct MessageFlags: OptionSet, Hashable, Sendable {
  var rawValue: UInt16

  static let request = MessageFlags(rawValue: 0x1)
  static let multipart = MessageFlags(rawValue: 0x2)
  static let acknowledge = MessageFlags(rawValue: 0x4)
  /// In an answer: the table changed while it was dumped, so the dump may miss or repeat entries.
  static let dumpInterrupted = MessageFlags(rawValue: 0x10)

  /// In a "new" request: replace what is there.
  static let replace = MessageFlags(rawValue: 0x100)
  /// In a "new" request: fail if it is there.
  static let exclusive = MessageFlags(rawValue: 0x200)
  /// In a "new" request: create it if it is not there.
  static let create = MessageFlags(rawValue: 0x400)
  /// In a "new" request: add to the end of the list.
  static let append = MessageFlags(rawValue: 0x800)
  /// In a "get" request: all entries (NLM_F_ROOT | NLM_F_MATCH).
  static let dump = MessageFlags(rawValue: 0x300)

  /// In an acknowledgement: the request is not echoed.
  static let capped = MessageFlags(rawValue: 0x100)
  /// In an acknowledgement: attributes with the kernel's explanation follow.
  static let acknowledgementAttributes = MessageFlags(rawValue: 0x200)
}

/// The 16 bytes in front of every message (`struct nlmsghdr`), all in host byte order.
struct MessageHeader: Hashable, Sendable {
  static let size = 16

  /// Header and payload, without the padding to the next message.
  var length: Int
  var type: MessageType
  var flags: MessageFlags
  var sequence: UInt32
  var port: UInt32
}
