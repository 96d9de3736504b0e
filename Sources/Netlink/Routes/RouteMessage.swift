extension MessageBuilder {
  /// A route message that names or describes one route.
  init(_ type: MessageType, _ flags: MessageFlags, _ route: Route) {
    self.init(type, flags)
    let family = route.destination.family
    write(family.rawValue)
    write(UInt8(route.destination.length))
    write(UInt16(0))  // source length, type of service
    // The header has 8 bits for the table; the attribute has them all.
    write(UInt8(exactly: route.table) ?? 0)
    write(route.wireProtocol(isDelete: type == .deleteRoute).rawValue)
    write(route.wireScope(isDelete: type == .deleteRoute).rawValue)
    write(route.type.rawValue)
    write(route.flags.rawValue)

    if route.destination.length > 0 { attribute(RouteAttribute.destination, bytes: route.destination.address.bytes) }
    if let gateway = route.gateway { write(gateway, ofRouteIn: family) }
    if let interface = route.interface { attribute(RouteAttribute.outputInterface, interface) }
    if let source = route.preferredSource { attribute(RouteAttribute.preferredSource, bytes: source.bytes) }
    if route.priority != 0 { attribute(RouteAttribute.priority, route.priority) }
    attribute(RouteAttribute.table, route.table)
    if !route.nextHops.isEmpty {
      attribute(RouteAttribute.multipath) { list in
        for hop in route.nextHops { list.write(hop, family) }
      }
    }
  }

  private mutating func write(_ gateway: InetAddress, ofRouteIn family: AddressFamily) {
    if gateway.family == family {
      attribute(RouteAttribute.gateway, bytes: gateway.bytes)
    } else {
      attribute(RouteAttribute.via) {
        $0.write(UInt16(gateway.family.rawValue))
        $0.write(bytes: gateway.bytes)
      }
    }
  }

  private mutating func write(_ hop: NextHop, _ family: AddressFamily) {
    record("a next hop") {
      $0.write(UInt8(truncatingIfNeeded: hop.flags.rawValue))
      $0.write(UInt8(clamping: hop.weight - 1))
      $0.write(hop.interface)
      if let gateway = hop.gateway { $0.write(gateway, ofRouteIn: family) }
    }
  }
}

extension Route {
  /// In a deletion "boot", which a route has if nobody said otherwise, means any.
  fileprivate func wireProtocol(isDelete: Bool) -> RouteProtocol {
    isDelete && routeProtocol == .boot ? .unspecified : routeProtocol
  }

  /// The scope to send: IPv4 wants the truth, IPv6 ignores it, and "nowhere" in a deletion matches any.
  fileprivate func wireScope(isDelete: Bool) -> Scope {
    if let scope { return scope }
    if isDelete { return .nowhere }
    guard destination.family == .ipv4 else { return .universe }
    switch type {
    case .local: return .host
    case .unicast where gateway == nil && nextHops.allSatisfy { $0.gateway == nil }: return .link
    default: return .universe
    }
  }
}
