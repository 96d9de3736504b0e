import DataplaneABI
import KernelRuntime
import PathTable

extension World {
  /// A node of a cluster of two or more, its maps as the agent fills them: pods 1 and 2 on the first, pod 3 on the second.
  static func node(_ number: UInt8, _ family: FamilyName, natOutgoing: Bool, of nodes: [UInt8] = [1, 2]) -> World {
    let others = nodes.filter { $0 != number }
    let world = World(family)
    if family == .v4 {
      world.settle(IPv4Address.self, number, others, natOutgoing: natOutgoing)
    } else {
      world.settle(IPv6Address.self, number, others, natOutgoing: natOutgoing)
    }
    return world
  }

  private static let pods: [UInt8: [UInt8]] = [1: [1, 2], 2: [3]]

  private func settle<Address: TestAddress>(
    _: Address.Type, _ number: UInt8, _ others: [UInt8], natOutgoing: Bool
  ) {
    let pool: RouteFlags = natOutgoing ? [.inPool, .natOutgoing] : .inPool
    func set(_ place: Place, _ length: UInt32, _ route: Route<Address>) {
      map(Address.routesMap).set(RouteKey(prefixLength: length, address: Address(place)), route)
    }
    map(Address.routesMap).removeAll()
    for pod in Self.pods[number] ?? [] {
      let mac = MACAddress(0x0002, 0, UInt16(pod).bigEndian)
      set(
        .pod(pod, node: number), Address.bitWidth,
        Route(
          flags: [.workload, .local, pool], interfaceIndex: Self.interface(of: pod), mac: mac, mtu: 1500))
    }
    set(.node(number), Address.bitWidth, Route(flags: [.host, .local]))
    for other in others {
      let (neighbour, block): (Place, UInt32) = (.node(other), Address.family == .v4 ? 24 : 64)
      set(
        .pod(0, node: other), block,
        Route(
          flags: [.workload, .sameSubnet, pool], interfaceIndex: Self.fabric, nextHop: Address(neighbour), mtu: 1500))
      set(
        neighbour, Address.bitWidth,
        Route(flags: [.host, .sameSubnet], interfaceIndex: Self.fabric, nextHop: Address(neighbour), mtu: 1500))
    }
    // The settings' defaults.
    state = NodeState(
      routeGeneration: 7, flags: .wantsWayBack, address4: IPv4Address(.node(number)),
      address6: IPv6Address(.node(number)))
    kernel.wayOut = { _ in Self.fabric }
  }
}

// MARK: A second interface

extension World {
  static let second: UInt32 = 3

  /// Has answers leave by a second interface: by a rule for its addresses, or by one for the mark
  /// of services' answers.
  func addSecondInterface(isMarked: Bool) {
    let length = family == .v4 ? 4 : 16
    if isMarked {
      state.externalMark = 0x40
      kernel.wayOutAs = { $1 == .marked && $0.mark == 0x40 ? Self.second : Self.fabric }
    } else {
      kernel.wayOut = { question in
        let source = Place(withUnsafeBytes(of: question.source) { Array($0.prefix(length)) })
        return source.network == Place.second(1).network ? Self.second : Self.fabric
      }
    }
  }
}

extension Place {
  /// A node's, at its second interface.
  static func second(_ node: UInt8) -> Place { Place(network: 78, host: node) }

  /// Whoever is behind the nodes' second interfaces.
  static let farOutside = Place.outside(9)
}

extension PathEnd {
  var place: Place {
    switch self {
    case .clientPod: .pod(1)
    case .podHere: .pod(2)
    case .podThere: .pod(3, node: 2)
    case .ownNode: .node(1)
    case .otherNode: .node(2)
    case .outside: .outside(1)
    case .farOutside: .farOutside
    }
  }
}
