extension Link {
  /// Reads the payload of RTM_NEWLINK or RTM_DELLINK: `struct ifinfomsg`, then attributes.
  init(message: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = ByteReader(message)
    try reader.skip(2)
    let type = HardwareType(rawValue: try reader.read())
    let index: Int32 = try reader.read()
    let flags = LinkFlags(rawValue: try reader.read())
    try reader.skip(4)
    self.init(index: index, name: "", flags: flags, mtu: 0, hardwareType: type)
    for attribute in try Attribute.list(in: reader.rest) { try read(attribute) }
  }

  private mutating func read(_ attribute: Attribute) throws(MalformedMessage) {
    switch attribute.type {
    case LinkAttribute.name: name = attribute.text
    case LinkAttribute.hardwareAddress: hardwareAddress = HardwareAddress(bytes: attribute.value)
    case LinkAttribute.mtu: mtu = attribute.number() ?? mtu
    case LinkAttribute.peer: peer = attribute.number()
    case LinkAttribute.master: master = attribute.number()
    case LinkAttribute.operationalState: operationalState = OperationalState(rawValue: attribute.number() ?? 0)
    case LinkAttribute.peerNamespaceID: peerNamespaceID = attribute.number()
    case LinkAttribute.info: try readInfo(attribute.nested())
    case LinkAttribute.properties:
      alternativeNames = try attribute.nested().filter { $0.type == LinkAttribute.alternativeName }.map(\.text)
    default: break
    }
  }

  private mutating func readInfo(_ info: [Attribute]) throws(MalformedMessage) {
    kind = info.first { $0.type == LinkAttribute.Info.kind }?.text
    guard kind == "vxlan", let data = info.first(where: { $0.type == LinkAttribute.Info.data }) else { return }
    vxlan = Vxlan(attributes: try data.nested())
  }
}

extension Vxlan {
  fileprivate init(attributes: [Attribute]) {
    self.init()
    for attribute in attributes {
      switch attribute.type {
      case LinkAttribute.Vxlan.identifier: networkIdentifier = attribute.number() ?? 0
      case LinkAttribute.Vxlan.device: device = attribute.number()
      case LinkAttribute.Vxlan.local4, LinkAttribute.Vxlan.local6: local = attribute.address
      case LinkAttribute.Vxlan.learning: isLearning = attribute.number(UInt8.self) == 1
      case LinkAttribute.Vxlan.port: port = UInt16(bigEndian: attribute.number() ?? 0)
      case LinkAttribute.Vxlan.external: isExternal = attribute.number(UInt8.self) == 1
      default: break
      }
    }
  }
}
