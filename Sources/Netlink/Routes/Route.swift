/// A route.
public struct Route: Hashable, Sendable {
  /// Which packets it is for; bits after the prefix must be clear (`InetPrefix.network` clears them).
  public var destination: InetPrefix
  /// Where packets go next; may be of the other family (an IPv4 route via an IPv6 gateway).
  public var gateway: InetAddress?
  /// Index of the interface that packets leave by.
  public var interface: Int32?
  /// Several ways to go, instead of `gateway` and `interface`.
  public var nextHops: [NextHop]
  /// The table; 254 is "main", 255 "local".
  public var table: UInt32
  /// Who made the route.
  public var routeProtocol: RouteProtocol
  /// How far the destination is; IPv6 routes always have `.universe`. nil in a route to add: `.link` for a direct IPv4
  /// route, `.universe` with a gateway, as `ip route` chooses.
  public var scope: Scope?
  public var type: RouteType
  /// The source address of packets that this host sends over the route.
  public var preferredSource: InetAddress?
  /// The metric: lower wins. 0 is the kernel's choice (1024 for IPv6).
  public var priority: UInt32
  public var flags: RouteFlags

  public init(
    _ destination: InetPrefix, gateway: InetAddress? = nil, interface: Int32? = nil, nextHops: [NextHop] = [],
    table: UInt32 = Route.mainTable, routeProtocol: RouteProtocol = .boot, scope: Scope? = nil,
    type: RouteType = .unicast, preferredSource: InetAddress? = nil, priority: UInt32 = 0, flags: RouteFlags = []
  ) {
    self.destination = destination
    self.gateway = gateway
    self.interface = interface
    self.nextHops = nextHops
    self.table = table
    self.routeProtocol = routeProtocol
    self.scope = scope
    self.type = type
    self.preferredSource = preferredSource
    self.priority = priority
    self.flags = flags
  }

  /// RT_TABLE_MAIN.
  public static let mainTable: UInt32 = 254
  /// RT_TABLE_LOCAL: the host's own addresses.
  public static let localTable: UInt32 = 255
}

/// One of several ways of a route.
public struct NextHop: Hashable, Sendable {
  public var gateway: InetAddress?
  public var interface: Int32
  /// The share of flows, 1 to 256, relative to the other ways.
  public var weight: Int
  public var flags: RouteFlags

  public init(gateway: InetAddress? = nil, interface: Int32, weight: Int = 1, flags: RouteFlags = []) {
    self.gateway = gateway
    self.interface = interface
    self.weight = weight
    self.flags = flags
  }
}

extension Route: CustomStringConvertible {
  /// As `ip route` would write it, with interfaces by index.
  public var description: String {
    var words = type == .unicast ? [] : ["\(type)"]
    words.append("\(destination)")
    if let gateway { words.append("via \(gateway)") }
    if let interface { words.append("dev \(interface)") }
    words += nextHops.map { "nexthop \($0.gateway.map { "via \($0) " } ?? "")dev \($0.interface)" }
    if table != Route.mainTable { words.append("table \(table)") }
    if flags.contains(.onLink) { words.append("onlink") }
    return words.joined(separator: " ")
  }
}
