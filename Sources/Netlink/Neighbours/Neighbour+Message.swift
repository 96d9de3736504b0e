/// Attribute numbers of neighbour messages: NDA_* of `linux/neighbour.h`.
enum NeighbourAttribute {
  static let destination: UInt16 = 1
  static let hardwareAddress: UInt16 = 2
  static let interface: UInt16 = 8
}

/// The fixed part of a neighbour message (`struct ndmsg`).
struct NeighbourHeader: Hashable {
  var family: AddressFamily
  var interface: Int32
  var state: NeighbourState = []
  var flags: NeighbourFlags = []

  /// Reads it from the front of a payload.
  static func read(_ reader: inout ByteReader) throws(MalformedMessage) -> NeighbourHeader {
    let family = AddressFamily(rawValue: try reader.read())
    try reader.skip(3)
    let interface: Int32 = try reader.read()
    let state = NeighbourState(rawValue: try reader.read())
    let flags = NeighbourFlags(rawValue: try reader.read())
    try reader.skip(1)
    return NeighbourHeader(family: family, interface: interface, state: state, flags: flags)
  }
}

extension MessageBuilder {
  /// A neighbour message, up to its attributes.
  init(_ type: MessageType, _ flags: MessageFlags, _ header: NeighbourHeader) {
    self.init(type, flags)
    write(header.family.rawValue)
    write(bytes: [0, 0, 0])
    write(header.interface)
    write(header.state.rawValue)
    write(header.flags.rawValue)
    write(UInt8(0))
  }

  /// A neighbour message that names or describes one neighbour.
  init(_ type: MessageType, _ flags: MessageFlags, _ neighbour: Neighbour) {
    self.init(
      type, flags,
      NeighbourHeader(
        family: neighbour.address.family, interface: neighbour.interface, state: neighbour.state,
        flags: neighbour.flags))
    attribute(NeighbourAttribute.destination, bytes: neighbour.address.bytes)
    if let hardware = neighbour.hardwareAddress {
      attribute(NeighbourAttribute.hardwareAddress, bytes: hardware.bytes)
    }
  }
}

extension Neighbour {
  /// Reads the payload of RTM_NEWNEIGH or RTM_DELNEIGH; nil if it is no IP neighbour (a bridge's forwarding entry).
  static func read(_ message: ArraySlice<UInt8>) throws(MalformedMessage) -> Neighbour? {
    var reader = ByteReader(message)
    let header = try NeighbourHeader.read(&reader)
    var address: InetAddress?
    var hardware: HardwareAddress?
    for attribute in try Attribute.list(in: reader.rest) {
      switch attribute.type {
      case NeighbourAttribute.destination: address = attribute.address
      case NeighbourAttribute.hardwareAddress: hardware = HardwareAddress(bytes: attribute.value)
      default: break
      }
    }
    guard header.family != .bridge, let address else { return nil }
    return Neighbour(address, hardware, interface: header.interface, state: header.state, flags: header.flags)
  }
}
