/// Attribute numbers of address messages: IFA_* of `linux/if_addr.h`.
private enum AddressAttribute {
  static let address: UInt16 = 1
  static let local: UInt16 = 2
  static let broadcast: UInt16 = 4
  static let flags: UInt16 = 8
}

extension InterfaceAddress {
  /// Reads the payload of RTM_NEWADDR or RTM_DELADDR: `struct ifaddrmsg`, then attributes.
  init(message: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = ByteReader(message)
    try reader.skip(1)
    let length = Int(try reader.read(UInt8.self))
    var flags = InterfaceAddressFlags(rawValue: UInt32(try reader.read(UInt8.self)))
    let scope = Scope(rawValue: try reader.read())
    let interface = Int32(bitPattern: try reader.read(UInt32.self))

    var address: InetAddress?
    var local: InetAddress?
    var broadcast: InetAddress?
    for attribute in try Attribute.list(in: reader.rest) {
      switch attribute.type {
      case AddressAttribute.address: address = attribute.address
      case AddressAttribute.local: local = attribute.address
      case AddressAttribute.broadcast: broadcast = attribute.address
      // 32 bits wide; the header has room for the first 8 only.
      case AddressAttribute.flags: flags = attribute.number().map(InterfaceAddressFlags.init(rawValue:)) ?? flags
      default: break
      }
    }
    guard let own = local ?? address, let prefix = InetPrefix(own, length: length) else {
      throw MalformedMessage("an interface address has no address, or a prefix length of \(length)")
    }
    self.init(prefix, interface: interface, scope: scope, flags: flags, broadcast: broadcast)
    // For a point-to-point link "address" is the far end's.
    if let local, let address, local != address { peer = address }
  }
}

extension MessageBuilder {
  /// An address message that names or describes one address.
  init(_ type: MessageType, _ flags: MessageFlags, _ address: InterfaceAddress) {
    self.init(type, flags)
    write(address.prefix.family.rawValue)
    write(UInt8(address.prefix.length))
    write(UInt8(truncatingIfNeeded: address.flags.rawValue))
    write(address.scope.rawValue)
    write(address.interface)
    attribute(AddressAttribute.local, bytes: address.prefix.address.bytes)
    attribute(AddressAttribute.address, bytes: (address.peer ?? address.prefix.address).bytes)
    if let broadcast = address.broadcast { attribute(AddressAttribute.broadcast, bytes: broadcast.bytes) }
    if !address.flags.isEmpty { attribute(AddressAttribute.flags, address.flags.rawValue) }
  }
}
