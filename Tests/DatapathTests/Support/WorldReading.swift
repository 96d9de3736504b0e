import DataplaneABI
import KernelRuntime

/// A conntrack entry, whatever its family, seen from the sender of the frame that was asked for.
struct FlowEntry {
  /// The direction of the frame, and the other one.
  var there: ConntrackLeg
  var back: ConntrackLeg
  var kind: TranslationKind
  var translatedPort: UInt16
  /// Of the frame's direction.
  var nextHop: [UInt8]
  var lastSeen: UInt64
}

extension World {
  /// The entry that a frame of that shape belongs to.
  func entry(_ frame: Frame) -> FlowEntry? {
    func read<Address: TestAddress>(_: Address.Type) -> FlowEntry? {
      var ports = (frame.sourcePort, frame.destinationPort)
      if case .icmp(_, let identifier) = frame.transport { ports = (identifier, identifier) }
      if case .other = frame.transport { ports = (0, 0) }
      let source = Address(frame.source)
      let destination = Address(frame.destination)
      let key = ConntrackKey(
        proto: frame.proto, source: source, sourcePort: BigEndian16(ports.0), destination: destination,
        destinationPort: BigEndian16(ports.1))
      guard let value = map(Address.conntrackMap).get(key, as: ConntrackValue<Address>.self) else { return nil }
      let fromA = ConntrackKey.sourceIsA(source, BigEndian16(ports.0), destination, BigEndian16(ports.1))
      return FlowEntry(
        there: fromA ? value.aToB : value.bToA, back: fromA ? value.bToA : value.aToB, kind: value.translation.kind,
        translatedPort: value.translation.tuple.destinationPort.host,
        nextHop: withUnsafeBytes(of: fromA ? value.nextHopAToB : value.nextHopBToA) { Array($0) },
        lastSeen: value.lastSeen)
    }
    return family == .v4 ? read(IPv4Address.self) : read(IPv6Address.self)
  }

  var flowCount: Int { map(family == .v4 ? MapName.conntrack4 : MapName.conntrack6).count }

  func drops(_ drop: Drop, interface: UInt32, egress: Bool = false) -> UInt64 {
    let key = CounterKey(interfaceIndex: interface, hook: egress ? 1 : 0)
    return map(MapName.counters).get(key, as: Counters.self)?.drops[Int(drop.rawValue)] ?? 0
  }

  func events(_ event: CounterIndex, interface: UInt32, egress: Bool = false) -> UInt64 {
    let key = CounterKey(interfaceIndex: interface, hook: egress ? 1 : 0)
    return map(MapName.counters).get(key, as: Counters.self)?.events[Int(event.rawValue)] ?? 0
  }

  /// A frame of this world's family.
  func frame(
    from source: Place, _ sourcePort: UInt16 = 40_000, to destination: Place, _ destinationPort: UInt16 = 80,
    _ transport: Frame.Transport = .syn, hopLimit: UInt8 = 64
  ) -> Frame {
    Frame(
      family: family, source: source, sourcePort: sourcePort, destination: destination,
      destinationPort: destinationPort, transport: transport, hopLimit: hopLimit)
  }

  /// The same on the usual ports.
  func frame(from source: Place, to destination: Place, _ transport: Frame.Transport) -> Frame {
    frame(from: source, 40_000, to: destination, 80, transport)
  }
}

extension Frame.Transport {
  static let syn = Frame.Transport.tcp(flags: TCPFlags.syn)
  static let synAck = Frame.Transport.tcp(flags: TCPFlags.syn | TCPFlags.ack)
  static let ack = Frame.Transport.tcp(flags: TCPFlags.ack)
  static let fin = Frame.Transport.tcp(flags: TCPFlags.fin | TCPFlags.ack)
  static let rst = Frame.Transport.tcp(flags: TCPFlags.rst | TCPFlags.ack)
  static let udp = Frame.Transport.udp(checksum: true)
}
