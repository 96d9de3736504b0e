import DataplaneABI
import EBPF

/// One family's maps of a node, spoken to with addresses of either family.
protocol Tables: Sendable {
  func setRoute(_ prefix: IP, length: Int?, _ route: RouteEntry) throws
  func setFrontend(_ address: IP, port: UInt16, proto: UInt8, _ frontend: Frontend) throws
  func setBackend(_ key: BackendKey, _ address: IP, port: UInt16) throws
  func deleteBackend(_ key: BackendKey) throws
  func flow(of packet: Packet) throws -> Flow?
  func flowCount() throws -> Int
  /// Makes the packet's flow look as if nothing had come for so long.
  func age(_ packet: Packet, bySeconds seconds: UInt64) throws
}

/// A route as tests write it.
struct RouteEntry {
  var flags: RouteFlags
  var interface: UInt32 = 0
  var nextHop: IP?
  var mac: [UInt8] = []
  var mtu: UInt16 = 0
}

struct FamilyTables<Address: TextualIPAddress>: Tables {
  private let routes: TypedMap<RouteKey<Address>, Route<Address>>
  private let frontends: TypedMap<FrontendKey<Address>, Frontend>
  private let backends: TypedMap<BackendKey, Backend<Address>>
  private let members: TypedMap<MemberKey<Address>, MemberFlags>
  private let conntrack: TypedMap<ConntrackKey<Address>, ConntrackValue<Address>>

  init(_ maps: MapSet, routes: String, frontends: String, backends: String, members: String, conntrack: String) throws {
    self.routes = try maps.typed(routes, RouteKey<Address>.self, Route<Address>.self)
    self.frontends = try maps.typed(frontends, FrontendKey<Address>.self, Frontend.self)
    self.backends = try maps.typed(backends, BackendKey.self, Backend<Address>.self)
    self.members = try maps.typed(members, MemberKey<Address>.self, MemberFlags.self)
    self.conntrack = try maps.typed(conntrack, ConntrackKey<Address>.self, ConntrackValue<Address>.self)
  }

  func setRoute(_ prefix: IP, length: Int?, _ route: RouteEntry) throws {
    let key = RouteKey<Address>(prefixLength: length.map(UInt32.init) ?? Address.bitWidth, address: prefix.address())
    try routes.update(
      key,
      Route(
        flags: route.flags, interfaceIndex: route.interface, nextHop: route.nextHop?.address() ?? .any,
        mac: MACAddress(bytes: route.mac), mtu: route.mtu))
  }

  func setFrontend(_ address: IP, port: UInt16, proto: UInt8, _ frontend: Frontend) throws {
    try frontends.update(FrontendKey(address: address.address(), port: BigEndian16(port), proto: proto), frontend)
  }

  func setBackend(_ key: BackendKey, _ address: IP, port: UInt16) throws {
    try deleteBackend(key)
    try backends.update(key, Backend(address: address.address(), port: BigEndian16(port)))
    try members.update(
      MemberKey(id: key.id, address: address.address(), port: BigEndian16(port)), [.takesNew, .serving])
  }

  func deleteBackend(_ key: BackendKey) throws {
    guard let backend = try backends.lookUp(key) else { return }
    try members.delete(MemberKey(id: key.id, address: backend.address, port: backend.port))
    try backends.delete(key)
  }

  func flowCount() throws -> Int { try conntrack.keys().count }

  private func key(_ packet: Packet) -> ConntrackKey<Address> {
    ConntrackKey(
      proto: packet.transportProtocol, source: packet.source.address(), sourcePort: BigEndian16(packet.sourcePort),
      destination: packet.destination.address(), destinationPort: BigEndian16(packet.destinationPort))
  }

  func flow(of packet: Packet) throws -> Flow? {
    let key = key(packet)
    guard let value = try conntrack.lookUp(key) else { return nil }
    let fromA = key.addressA == packet.source.address() && key.portA == BigEndian16(packet.sourcePort)
    return Flow(
      leg: fromA ? value.aToB : value.bToA, back: fromA ? value.bToA : value.aToB,
      kind: value.translation.kind, becomes: Becomes(value.translation.tuple),
      nextHop: IP(fromA ? value.nextHopAToB : value.nextHopBToA))
  }

  func age(_ packet: Packet, bySeconds seconds: UInt64) throws {
    let key = key(packet)
    guard var value = try conntrack.lookUp(key) else { return }
    value.lastSeen = value.lastSeen > seconds * 1_000_000_000 ? value.lastSeen - seconds * 1_000_000_000 : 0
    try conntrack.update(key, value)
  }
}

/// A conntrack entry, seen from a packet of its flow.
struct Flow {
  /// The direction that the packet goes.
  let leg: ConntrackLeg
  /// The other direction.
  let back: ConntrackLeg
  let kind: TranslationKind
  /// What packets that are translated become.
  let becomes: Becomes
  /// Of the direction that the packet goes.
  let nextHop: IP

  var translated: IP { becomes.destination }
  var translatedPort: UInt16 { becomes.destinationPort }
}

/// Addresses and ports after translation.
struct Becomes {
  let source: IP
  let sourcePort: UInt16
  let destination: IP
  let destinationPort: UInt16

  init<Address: IPAddress>(_ tuple: Tuple<Address>) {
    source = IP(tuple.source)
    sourcePort = tuple.sourcePort.host
    destination = IP(tuple.destination)
    destinationPort = tuple.destinationPort.host
  }
}

extension MACAddress {
  /// From 6 bytes; none from any other count.
  init(bytes: [UInt8]) {
    guard bytes.count == 6 else {
      self = .none
      return
    }
    self = bytes.withUnsafeBytes { $0.loadUnaligned(as: MACAddress.self) }
  }
}
