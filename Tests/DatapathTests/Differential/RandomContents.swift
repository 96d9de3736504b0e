import DataplaneABI
import KernelRuntime

/// What maps hold before the packets come, and what becomes of it while they do.
enum RandomContents {
  static func make(_ chance: inout Chance) -> [Step] {
    let generation = UInt32(chance.below(3))
    var steps = [node(&chance, generation)]
    for family in FamilyName.allCases { steps += make(family, &chance, generation) }
    return steps
  }

  private static func make(_ family: FamilyName, _ chance: inout Chance, _ generation: UInt32) -> [Step] {
    family == .v4
      ? RandomRoutes<IPv4Address>.make(&chance) + RandomServices<IPv4Address>.make(&chance)
        + RandomFlows<IPv4Address>.make(&chance, generation)
      : RandomRoutes<IPv6Address>.make(&chance) + RandomServices<IPv6Address>.make(&chance)
        + RandomFlows<IPv6Address>.make(&chance, generation)
  }

  /// Something that an agent does: routes change, with the generation or, too late, without; services change, with a sweep
  /// or without; settings change.
  static func change(_ chance: inout Chance) -> [Step] {
    switch chance.below(5) {
    case 0, 1:
      let steps =
        chance.once(in: 2) ? RandomRoutes<IPv4Address>.change(&chance) : RandomRoutes<IPv6Address>.change(&chance)
      return chance.once(in: 4) ? steps : steps + [node(&chance, UInt32(3 + chance.below(1000)))]
    case 2, 3:
      let steps =
        chance.once(in: 2) ? RandomServices<IPv4Address>.change(&chance) : RandomServices<IPv6Address>.change(&chance)
      return chance.once(in: 3) ? steps : steps + [.sweep(servicesChanged: true)]
    default: return [node(&chance, UInt32(chance.below(3)))]
    }
  }

  /// A service's backends go, and a sweep notices.
  static func loseBackends(_ family: FamilyName, _ service: Place) -> [Step] {
    (family == .v4
      ? RandomServices<IPv4Address>.withoutMembers(service) : RandomServices<IPv6Address>.withoutMembers(service))
      + [.sweep(servicesChanged: true)]
  }

  /// Few ports, so that they collide and run out.
  private static func node(_ chance: inout Chance, _ generation: UInt32) -> Step {
    let state = NodeState(
      routeGeneration: generation,
      flags: flags(&chance),
      sourcePorts: PortRange(first: 20_000, count: UInt16(chance.isSound ? 100 : chance.pick([0, 1, 3, 100]))),
      address4: chance.mishap(in: 8) ? .any : IPv4Address(Place.node(1)),
      address6: chance.mishap(in: 8) ? .any : IPv6Address(Place.node(1)),
      nodePorts: chance.mishap(in: 8) ? .none : PortRange(first: 30_000, count: 100),
      externalMark: chance.once(in: 4) ? 0x40 : 0, timeouts: timeouts(&chance))
    return .set(Element(MapName.node, UInt32(0), state))
  }

  /// As they are before anything is said about the node: no timeout is a multiple of 10 s.
  static let settings: Element = {
    var timeouts = ConntrackTimeouts.standard
    for path: WritableKeyPath<ConntrackTimeouts, UInt64> in [
      \.creationGracePeriod, \.tcpSynSent, \.tcpEstablished, \.tcpFinsSeen, \.tcpResetSeen, \.udp, \.generic,
    ] {
      timeouts[keyPath: path] += 5_000_000_000
    }
    return Element(MapName.node, UInt32(0), NodeState(routeGeneration: 0, timeouts: timeouts))
  }()

  private static func flags(_ chance: inout Chance) -> NodeFlags {
    [
      chance.once(in: 4) ? .dropEndpointToHost : [], chance.once(in: 2) ? .natExcludesHosts : [],
      chance.once(in: 6) ? .leavesHostServices : [], chance.once(in: 12) ? .wantsWayBack : [],
      chance.once(in: 12) ? .wantsSameWayBack : [], chance.once(in: 3) ? .returnsDirectly : [],
    ]
  }

  /// Ages are multiples of 10 s and a moment; these are not, so that nothing depends on which moment the clock was read in.
  private static func timeouts(_ chance: inout Chance) -> ConntrackTimeouts {
    func some(_ tens: [UInt64]) -> UInt64 { (chance.pick(tens) * 10 + 5) * 1_000_000_000 }
    return ConntrackTimeouts(
      creationGracePeriod: some([0, 1]), tcpSynSent: some([0, 2]), tcpEstablished: some([6, 360]),
      tcpFinsSeen: some([0, 3]), tcpResetSeen: chance.once(in: 4) ? 0 : some([0, 4]), udp: some([0, 6]),
      generic: some([0, 60]), icmp: some([0, 1]))
  }
}

/// Routes of one family.
enum RandomRoutes<Address: TestAddress> {
  static func make(_ chance: inout Chance) -> [Step] {
    (1...4).flatMap { pod(UInt8($0), &chance) } + nodes(&chance) + blocks(&chance)
  }

  static func change(_ chance: inout Chance) -> [Step] {
    switch chance.below(4) {
    case 0: nodes(&chance)
    case 1: blocks(&chance)
    case 2: [.remove(map: Address.routesMap, key: key(.pod(UInt8(1 + chance.below(4))), Address.bitWidth))]
    default: pod(UInt8(1 + chance.below(4)), &chance)
    }
  }

  private static func key(_ place: Place, _ length: UInt32) -> [UInt8] {
    withUnsafeBytes(of: RouteKey(prefixLength: length, address: Address(place))) { Array($0) }
  }

  private static func set(_ place: Place, _ length: UInt32, _ route: Route<Address>) -> Step {
    set(Address(place), length, route)
  }

  /// Beyond `length` the address has no bits: the kernel shows what it was given, the simulated one does not.
  private static func set(_ address: Address, _ length: UInt32, _ route: Route<Address>) -> Step {
    .set(Element(Address.routesMap, RouteKey(prefixLength: length, address: address), route))
  }

  /// Programs run at interface 1, so pods there are at home, and pods elsewhere are spoofed.
  private static func pod(_ pod: UInt8, _ chance: inout Chance) -> [Step] {
    if chance.mishap(in: 10) { return [] }
    let interface = chance.mishap(in: 6) ? chance.pick([UInt32(pod) + 10, 0]) : 1
    return [
      set(
        .pod(pod), Address.bitWidth,
        Route(
          flags: [.workload, .local, chance.once(in: 2) ? [.inPool, .natOutgoing] : .inPool],
          interfaceIndex: interface, mac: MACAddress(0x0002, 0, UInt16(pod)), mtu: chance.pick([0, 0, 60, 80, 1500]),
          policy: chance.pick(SamplePolicy.slots)))
    ]
  }

  private static func nodes(_ chance: inout Chance) -> [Step] {
    if chance.mishap(in: 5) { return [] }
    return [
      set(.node(1), Address.bitWidth, Route(flags: [.host, .local])),
      set(
        .node(2), Address.bitWidth,
        Route(flags: .host, interfaceIndex: 2, nextHop: Address(Place.node(2)), mtu: chance.pick([0, 70, 130, 1500]))),
    ]
  }

  /// Another node's pods, now and then all of a pool, and everything.
  private static func blocks(_ chance: inout Chance) -> [Step] {
    let block: UInt32 = Address.family == .v4 ? 24 : 64
    var steps = [
      set(
        .pod(0, node: 2), block,
        Route(
          flags: chance.once(in: 2) ? .workload : [.workload, .inPool], interfaceIndex: chance.mishap(in: 4) ? 0 : 2,
          nextHop: chance.mishap(in: 8) ? .any : Address(Place.node(2)), mtu: chance.pick([0, 0, 70, 1500])))
    ]
    if chance.once(in: 3) {
      steps.append(set(.pod(0), block, Route(flags: [.workload, .inPool, chance.once(in: 2) ? .local : []])))
    }
    if chance.once(in: 2) {
      steps.append(
        set(.service(0), block, Route(flags: [.unusedService, chance.once(in: 2) ? .refusesUnused : []])))
    }
    if chance.once(in: 4) { steps.append(set(.outside(1), Address.bitWidth, Route(flags: .noDirectReturn))) }
    if chance.once(in: 4) { steps.append(set(Address.any, 0, Route(flags: .sameSubnet, interfaceIndex: 2))) }
    return steps
  }
}

/// Services of one family.
enum RandomServices<Address: TestAddress> {
  /// The last one has a port at every node.
  private static var services: [Place?] { [.service(10), .service(11), .service(12), nil] }
  private static var backends: [Place] {
    [.pod(1), .pod(1), .pod(2), .pod(3), .pod(9, node: 2), .pod(9, node: 2), .node(1), .node(2), .outside(1)]
  }

  static func make(_ chance: inout Chance) -> [Step] {
    services.indices.flatMap { service($0, &chance) }
  }

  /// A service gets other backends, or goes.
  static func change(_ chance: inout Chance) -> [Step] {
    let index = chance.below(services.count)
    guard chance.once(in: 3) else { return withoutMembers(index) + service(index, &chance) }
    return withoutMembers(index)
      + [IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp].map {
        .remove(map: Address.frontendsMap, key: withUnsafeBytes(of: frontendKey(index, $0)) { Array($0) })
      }
  }

  private static func frontendKey(_ index: Int, _ proto: UInt8) -> FrontendKey<Address> {
    guard let place = services[index] else {
      return FrontendKey(address: .everyNode, port: BigEndian16(RandomFrame.nodePort), proto: proto)
    }
    return FrontendKey(address: Address(place), port: BigEndian16(80), proto: proto)
  }

  /// A node's address stands for the service that is there.
  static func withoutMembers(_ service: Place) -> [Step] {
    services.firstIndex(of: service.isNode ? nil : service).map { withoutMembers($0) } ?? []
  }

  private static func withoutMembers(_ index: Int) -> [Step] {
    Set(backends).sorted { ($0.network, $0.host) < ($1.network, $1.host) }.flatMap { place in
      [80, 8080].map { (port: UInt16) in
        let key = MemberKey(id: UInt32(index) + 1, address: Address(place), port: BigEndian16(port))
        return .remove(map: Address.membersMap, key: withUnsafeBytes(of: key) { Array($0) })
      }
    }
  }

  private static func service(_ index: Int, _ chance: inout Chance) -> [Step] {
    let id = UInt32(index) + 1
    let count = chance.mishap(in: 6) ? 0 : chance.pick([1, 1, 1, 2, 3, 8])
    let port = BigEndian16(chance.pick([80, 8080, 8080]))
    var steps: [Step] = []
    for ordinal in 0..<count where !chance.mishap(in: 10) {
      let backend = Address(chance.pick(backends))
      steps.append(
        .set(
          Element(
            Address.backendsMap, BackendKey(id: id, ordinal: UInt32(ordinal)), Backend(address: backend, port: port))))
      guard !chance.mishap(in: 8) else { continue }
      let flags: MemberFlags =
        chance.once(in: 4) ? MemberFlags(rawValue: UInt32(chance.below(4))) : [.takesNew, .serving]
      steps.append(.set(Element(Address.membersMap, MemberKey(id: id, address: backend, port: port), flags)))
    }
    for proto in [IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp] where !chance.once(in: 5) {
      let (slots, table) = maglev(id, &chance)
      steps += table
      let frontend = Frontend(
        id: id, count: UInt32(count), localCount: UInt32(chance.isSound ? count : chance.below(count + 1)),
        affinitySeconds: chance.once(in: 4) ? 5 : 0,
        flags: frontendFlags(&chance).union(slots > 0 ? .maglev : []),
        clusterFirst: UInt32(chance.mishap(in: 4) ? chance.below(count + 1) : 0), maglevSlots: slots)
      steps.append(.set(Element(Address.frontendsMap, frontendKey(index, proto), frontend)))
    }
    return steps + ranges(id, &chance)
  }

  private static func frontendFlags(_ chance: inout Chance) -> FrontendFlags {
    [
      chance.once(in: 6) ? .internalLocal : [], chance.once(in: 6) ? .externalLocal : [],
      chance.once(in: 4) ? .sourceRanges : [],
    ]
  }

  /// A table, perhaps with holes: how many slots, and those.
  private static func maglev(_ id: UInt32, _ chance: inout Chance) -> (slots: UInt16, steps: [Step]) {
    guard chance.once(in: 4) else { return (0, []) }
    let slots = chance.pick([1, 3, 7])
    let steps: [Step] = (0..<slots).compactMap { slot in
      if chance.mishap(in: 8) { return nil }
      let backend = Backend(address: Address(chance.pick(backends)), port: BigEndian16(chance.pick([80, 8080])))
      return .set(Element(Address.maglevMap, BackendKey(id: id, ordinal: UInt32(slot)), backend))
    }
    return (UInt16(slots), steps)
  }

  private static func ranges(_ id: UInt32, _ chance: inout Chance) -> [Step] {
    guard chance.once(in: 2) else { return [] }
    let key = SourceRangeKey(id: id, address: Address(Place.outside(1)), length: Address.bitWidth)
    return [.set(Element(Address.sourceRangesMap, key, UInt32(1)))]
  }
}
