extension MessageBuilder {
  /// A link message: `struct ifinfomsg`, naming the link by its index (0: by an attribute, or none).
  init(
    link type: MessageType, _ flags: MessageFlags, index: Int32 = 0, set: LinkFlags = [], change: LinkFlags = []
  ) {
    self.init(type, flags)
    writeLinkHeader(index: index, set: set, change: change)
  }

  private mutating func writeLinkHeader(index: Int32, set: LinkFlags, change: LinkFlags) {
    write(UInt32(0))  // family, padding, device type
    write(index)
    write(set.rawValue)
    write(change.rawValue)
  }

  /// The attributes that say what to set.
  mutating func write(_ settings: LinkSettings) {
    if let name = settings.name { attribute(LinkAttribute.name, text: name) }
    if let address = settings.hardwareAddress { attribute(LinkAttribute.hardwareAddress, bytes: address.bytes) }
    if let mtu = settings.mtu { attribute(LinkAttribute.mtu, mtu) }
    if let master = settings.master { attribute(LinkAttribute.master, master) }
    if let namespace = settings.namespace { attribute(LinkAttribute.namespaceDescriptor, namespace.fileDescriptor) }
  }

  /// The attribute that says what kind of link to create.
  mutating func write(_ kind: LinkKind) {
    if case .vlan(_, let carrier) = kind { attribute(LinkAttribute.peer, carrier) }
    nest(LinkAttribute.info) { info in
      info.attribute(LinkAttribute.Info.kind, text: kind.name)
      switch kind {
      case .veth(let peer): info.nest(LinkAttribute.Info.data) { $0.write(peer) }
      case .netkit(let peer):
        info.nest(LinkAttribute.Info.data) {
          $0.write(peer)
          $0.attribute(LinkAttribute.Netkit.mode, LinkAttribute.Netkit.l2)
        }
      case .vxlan(let vxlan): info.nest(LinkAttribute.Info.data) { $0.write(vxlan) }
      case .vlan(let identifier, _):
        info.nest(LinkAttribute.Info.data) { $0.attribute(LinkAttribute.vlanIdentifier, identifier) }
      case .bond(let mode): info.nest(LinkAttribute.Info.data) { $0.attribute(LinkAttribute.bondMode, mode.rawValue) }
      case .bridge, .dummy: break
      }
    }
  }

  private mutating func write(_ peer: VethPeer) {
    // The peer's attribute is a link message within the link message.
    attribute(LinkAttribute.vethPeer) {
      $0.writeLinkHeader(index: 0, set: [], change: [])
      $0.write(
        LinkSettings(
          name: peer.name, mtu: peer.mtu, hardwareAddress: peer.hardwareAddress, namespace: peer.namespace))
    }
  }

  private mutating func write(_ vxlan: Vxlan) {
    if vxlan.isExternal {
      attribute(LinkAttribute.Vxlan.external, UInt8(1))
    } else {
      attribute(LinkAttribute.Vxlan.identifier, vxlan.networkIdentifier)
    }
    if let device = vxlan.device { attribute(LinkAttribute.Vxlan.device, device) }
    if let local = vxlan.local {
      attribute(
        local.family == .ipv4 ? LinkAttribute.Vxlan.local4 : LinkAttribute.Vxlan.local6, bytes: local.bytes)
    }
    attribute(LinkAttribute.Vxlan.learning, UInt8(vxlan.isLearning ? 1 : 0))
    attribute(LinkAttribute.Vxlan.port, vxlan.port.bigEndian)
  }
}
