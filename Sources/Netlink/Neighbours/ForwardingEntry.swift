/// An entry of a forwarding table: behind which port of a bridge, or which host of a vxlan, a hardware address is.
public struct ForwardingEntry: Hashable, Sendable {
  /// Index of the bridge port or vxlan device.
  public var interface: Int32
  public var hardwareAddress: HardwareAddress
  /// The remote host of a vxlan's entry.
  public var destination: InetAddress?
  public var state: NeighbourState
  /// `.ownTable` for a vxlan's own table.
  public var flags: NeighbourFlags

  public init(
    _ hardwareAddress: HardwareAddress, destination: InetAddress? = nil, interface: Int32,
    state: NeighbourState = .permanent, flags: NeighbourFlags = .ownTable
  ) {
    self.hardwareAddress = hardwareAddress
    self.destination = destination
    self.interface = interface
    self.state = state
    self.flags = flags
  }
}

extension ForwardingEntry {
  /// Reads the payload of RTM_NEWNEIGH of family AF_BRIDGE; nil if it names no hardware address.
  static func read(_ message: ArraySlice<UInt8>) throws(MalformedMessage) -> ForwardingEntry? {
    var reader = ByteReader(message)
    let header = try NeighbourHeader.read(&reader)
    let attributes = try Attribute.list(in: reader.rest)
    guard header.family == .bridge,
      let hardware = attributes.first(where: { $0.type == NeighbourAttribute.hardwareAddress })
    else { return nil }
    return ForwardingEntry(
      HardwareAddress(bytes: hardware.value),
      destination: attributes.first { $0.type == NeighbourAttribute.destination }?.address,
      interface: header.interface, state: header.state, flags: header.flags)
  }
}

extension MessageBuilder {
  /// A message that names or describes one forwarding entry.
  init(_ type: MessageType, _ flags: MessageFlags, _ entry: ForwardingEntry) {
    self.init(
      type, flags,
      NeighbourHeader(family: .bridge, interface: entry.interface, state: entry.state, flags: entry.flags))
    if let destination = entry.destination {
      attribute(NeighbourAttribute.destination, bytes: destination.bytes)
    }
    attribute(NeighbourAttribute.hardwareAddress, bytes: entry.hardwareAddress.bytes)
  }
}

extension NetlinkConnection {
  /// Adds a forwarding entry, or sets the one for its hardware address.
  public func replaceForwardingEntry(_ entry: ForwardingEntry) throws(NetlinkError) {
    try change(
      "set forwarding entry \(entry.hardwareAddress) on link \(entry.interface)",
      MessageBuilder(.newNeighbour, [.request, .acknowledge, .create, .replace], entry))
  }

  /// Takes a forwarding entry away.
  ///
  /// - Throws: an error with `isNotFound` if there is none.
  public func deleteForwardingEntry(_ entry: ForwardingEntry) throws(NetlinkError) {
    try change(
      "delete forwarding entry \(entry.hardwareAddress) of link \(entry.interface)",
      MessageBuilder(.deleteNeighbour, [.request, .acknowledge], entry))
  }

  /// The forwarding entries of a bridge port or a vxlan device.
  public func forwardingEntries(interface: Int32) throws(NetlinkError) -> [ForwardingEntry] {
    let builder = MessageBuilder(
      .getNeighbour, [.request, .dump], NeighbourHeader(family: .bridge, interface: interface))
    return try list("list forwarding entries of link \(interface)", builder, of: .newNeighbour, ForwardingEntry.read)
      .compactMap { $0 }
  }
}
