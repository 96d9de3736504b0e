import DataplaneABI
import KernelRuntime

/// An element of a map, as bytes.
struct Element {
  var map: String
  var key: [UInt8]
  var value: [UInt8]

  init<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ map: String, _ key: Key, _ value: Value) {
    self.map = map
    self.key = withUnsafeBytes(of: key) { Array($0) }
    self.value = withUnsafeBytes(of: value) { Array($0) }
  }
}

/// What maps hold before the packets come. `now` is the clock that conntrack entries are as old as they say by.
enum RandomContents {
  static func make(_ chance: inout Chance, now: UInt64) -> [Element] {
    let generation = UInt32(chance.below(3))
    var elements = [Element(MapName.node, UInt32(0), node(&chance, generation))]
    elements += routes(IPv4Address.self, &chance) + routes(IPv6Address.self, &chance)
    elements += services(IPv4Address.self, &chance) + services(IPv6Address.self, &chance)
    elements += flows(IPv4Address.self, &chance, now: now, generation: generation)
    elements += flows(IPv6Address.self, &chance, now: now, generation: generation)
    return elements
  }

  /// Few ports, so that they collide and run out.
  private static func node(_ chance: inout Chance, _ generation: UInt32) -> NodeState {
    NodeState(
      routeGeneration: generation,
      flags: [chance.once(in: 4) ? .dropEndpointToHost : [], chance.once(in: 2) ? .natExcludesHosts : []],
      sourcePorts: PortRange(first: 20_000, count: UInt16(chance.pick([0, 1, 3, 100]))),
      address4: chance.once(in: 5) ? .any : IPv4Address(Place.node(1)),
      address6: chance.once(in: 5) ? .any : IPv6Address(Place.node(1)))
  }

  /// The kernel runs packets on interface 1, so pods there are at home, pods elsewhere are spoofed.
  private static func routes<Address: TestAddress>(_: Address.Type, _ chance: inout Chance) -> [Element] {
    func element(_ place: Place, _ length: UInt32, _ route: Route<Address>) -> Element {
      Element(Address.routesMap, RouteKey(prefixLength: length, address: Address(place)), route)
    }
    var elements: [Element] = []
    for pod: UInt8 in 1...4 where !chance.once(in: 8) {
      let interface = chance.once(in: 5) ? chance.pick([UInt32(pod) + 10, 0]) : 1
      elements.append(
        element(
          .pod(pod), Address.bitWidth,
          Route(
            flags: [.workload, .local, chance.once(in: 2) ? [.inPool, .natOutgoing] : .inPool],
            interfaceIndex: interface, mac: MACAddress(0x0002, 0, UInt16(pod)), mtu: chance.pick([0, 0, 60, 1500]))))
    }
    if !chance.once(in: 4) {
      elements.append(element(.node(1), Address.bitWidth, Route(flags: [.host, .local])))
      elements.append(
        element(
          .node(2), Address.bitWidth,
          Route(
            flags: .host, interfaceIndex: 2, nextHop: Address(Place.node(2)), mtu: chance.pick([0, 70, 1500]))))
    }
    let block: UInt32 = Address.family == .v4 ? 24 : 64
    elements.append(
      element(
        .pod(0, node: 2), block,
        Route(flags: .workload, interfaceIndex: chance.pick([0, 2, 2]), nextHop: Address(Place.node(2)))))
    return elements
  }

  /// A frontend with more than one backend has all of them, at different addresses: otherwise what happens would depend on a
  /// random number that the kernel does not tell.
  private static func services<Address: TestAddress>(_: Address.Type, _ chance: inout Chance) -> [Element] {
    var elements: [Element] = []
    let backends: [Place] = [.pod(1), .pod(2), .pod(3), .pod(9, node: 2), .node(1), .outside(1)]
    for (index, place) in [Place.service(10), .service(11), .service(12)].enumerated() {
      let id = UInt32(index) + 1
      let count = chance.below(4)
      let local = count > 1 ? Int.random(in: 2...count, using: &chance) : chance.below(2)
      let chosen = backends.shuffled(using: &chance).prefix(count)
      for (ordinal, backend) in chosen.enumerated() where count > 1 || !chance.once(in: 5) {
        let port = BigEndian16(chance.pick([80, 8080]))
        elements.append(
          Element(
            Address.backendsMap, BackendKey(id: id, ordinal: UInt32(ordinal)),
            Backend(address: Address(backend), port: port)))
        guard !chance.once(in: 4) else { continue }
        elements.append(
          Element(
            Address.membersMap, MemberKey(id: id, address: Address(backend), port: port),
            MemberFlags(rawValue: UInt32(chance.below(4)))))
      }
      for proto in [IPProtocolNumber.tcp, IPProtocolNumber.udp] where !chance.once(in: 4) {
        elements.append(
          Element(
            Address.frontendsMap, FrontendKey(address: Address(place), port: BigEndian16(80), proto: proto),
            Frontend(
              id: id, count: UInt32(count), localCount: UInt32(min(local, count)),
              flags: chance.once(in: 4) ? .internalLocal : [])))
      }
    }
    return elements
  }

  /// Entries in any state, possible or not.
  private static func flows<Address: TestAddress>(
    _: Address.Type, _ chance: inout Chance, now: UInt64, generation: UInt32
  ) -> [Element] {
    let places: [Place] = [.pod(1), .pod(2), .pod(3), .pod(9, node: 2), .node(1), .service(10), .service(11)]
    return (0..<chance.below(8)).map { _ in
      let opener = Address(chance.pick(places))
      let other = Address(chance.pick(places))
      let ports = (BigEndian16(chance.pick([40_000, 40_001])), BigEndian16(chance.pick([80, 8080])))
      let proto = chance.pick([IPProtocolNumber.tcp, IPProtocolNumber.udp])
      let key = ConntrackKey(
        proto: proto, source: opener, sourcePort: ports.0, destination: other, destinationPort: ports.1)
      func leg(_ flags: LegFlags) -> ConntrackLeg {
        var leg = ConntrackLeg(
          flags: [
            flags, .approved, LegFlags(rawValue: UInt16(chance.below(16))), chance.once(in: 6) ? .backendGone : [],
          ],
          arrivalInterface: chance.pick([0, 1, 1, 2]), generation: generation &- UInt32(chance.below(2)))
        leg.forwarding = ForwardingKind(rawValue: UInt16(chance.below(4)))
        leg.interfaceIndex = UInt32(chance.below(3))
        leg.mtu = chance.pick([0, 0, 0, 60, 1500])
        leg.packets = UInt64(chance.below(5))
        leg.acknowledged = UInt32(chance.below(4)).bigEndian
        leg.initialSequence = UInt32(chance.below(3)).bigEndian
        return leg
      }
      let openerIsA = ConntrackKey.sourceIsA(opener, ports.0, other, ports.1)
      var value = ConntrackValue<Address>(
        created: 1, aToB: leg(openerIsA ? .opener : []), bToA: leg(openerIsA ? [] : .opener), translation: .none,
        nextHopAToB: Address(Place.node(2)), nextHopBToA: Address(Place.node(3)))
      let age = UInt64(chance.pick([1, 3, 30, 100, 5000])) * 1_000_000_000
      value.lastSeen = now > age ? now - age : now - 1
      if chance.once(in: 2) {
        value.translation = Translation(
          tuple: Tuple(
            source: Address(chance.pick(places)), sourcePort: BigEndian16(chance.pick([80, 40_000])),
            destination: Address(chance.pick(places)), destinationPort: BigEndian16(chance.pick([80, 8080]))),
          kind: TranslationKind(rawValue: UInt16(1 + chance.below(2))),
          ends: TranslatedEnds(rawValue: UInt16(chance.below(4))),
          addressDifference: chance.once(in: 8) ? 0 : UInt16.random(in: 0...UInt16.max, using: &chance),
          portDifference: chance.pick([0, 0x1234, 0xffff]),
          backend: BackendKey(id: UInt32(chance.below(4)), ordinal: UInt32(chance.below(3))))
      }
      return Element(Address.conntrackMap, key, value)
    }
  }
}
