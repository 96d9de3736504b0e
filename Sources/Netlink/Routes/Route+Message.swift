/// Attribute numbers of route messages: RTA_* of `linux/rtnetlink.h`.
enum RouteAttribute {
  static let destination: UInt16 = 1
  static let outputInterface: UInt16 = 4
  static let gateway: UInt16 = 5
  static let priority: UInt16 = 6
  static let preferredSource: UInt16 = 7
  static let multipath: UInt16 = 9
  static let table: UInt16 = 15
  static let via: UInt16 = 18
}

extension Route {
  /// Reads the payload of RTM_NEWROUTE or RTM_DELROUTE: `struct rtmsg`, then attributes.
  init(message: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = ByteReader(message)
    let family = AddressFamily(rawValue: try reader.read())
    let length = Int(try reader.read(UInt8.self))
    try reader.skip(2)  // source length, type of service
    let table = UInt32(try reader.read(UInt8.self))
    let routeProtocol = RouteProtocol(rawValue: try reader.read())
    let scope = Scope(rawValue: try reader.read())
    let type = RouteType(rawValue: try reader.read())
    let flags = RouteFlags(rawValue: try reader.read())
    guard let start = InetPrefix(.unspecified(family), length: length) else {
      throw MalformedMessage("an \(family) route has a prefix length of \(length)")
    }
    self.init(start, table: table, routeProtocol: routeProtocol, scope: scope, type: type, flags: flags)
    for attribute in try Attribute.list(in: reader.rest) { try read(attribute, length) }
  }

  private mutating func read(_ attribute: Attribute, _ length: Int) throws(MalformedMessage) {
    switch attribute.type {
    case RouteAttribute.destination:
      guard let address = attribute.address, let prefix = InetPrefix(address, length: length) else {
        throw MalformedMessage("a route's destination has \(attribute.value.count) bytes and length \(length)")
      }
      destination = prefix
    case RouteAttribute.outputInterface: interface = attribute.number()
    case RouteAttribute.gateway: gateway = attribute.address
    case RouteAttribute.via: gateway = InetAddress(via: attribute)
    case RouteAttribute.priority: priority = attribute.number() ?? 0
    case RouteAttribute.preferredSource: preferredSource = attribute.address
    case RouteAttribute.table: table = attribute.number() ?? table
    case RouteAttribute.multipath: nextHops = try NextHop.list(in: attribute.value)
    default: break
    }
  }
}

extension InetAddress {
  /// Reads RTA_VIA: a family of 16 bits, then an address.
  init?(via attribute: Attribute) { self.init(bytes: attribute.value.dropFirst(2)) }
}

extension NextHop {
  /// Reads RTA_MULTIPATH: a list of `struct rtnexthop`, each with attributes.
  static func list(in bytes: ArraySlice<UInt8>) throws(MalformedMessage) -> [NextHop] {
    var hops: [NextHop] = []
    var rest = bytes
    while rest.count >= 8 {
      var reader = ByteReader(rest)
      let length = Int(try reader.read(UInt16.self))
      guard length >= 8, length <= rest.count else {
        throw MalformedMessage("a next hop says it has \(length) bytes, \(rest.count) are left")
      }
      let flags = RouteFlags(rawValue: UInt32(try reader.read(UInt8.self)))
      let weight = Int(try reader.read(UInt8.self)) + 1
      var hop = NextHop(interface: try reader.read(), weight: weight, flags: flags)
      for attribute in try Attribute.list(in: rest.prefix(length).dropFirst(8)) {
        switch attribute.type {
        case RouteAttribute.gateway: hop.gateway = attribute.address
        case RouteAttribute.via: hop.gateway = InetAddress(via: attribute)
        default: break
        }
      }
      hops.append(hop)
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return hops
  }
}
