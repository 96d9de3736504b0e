import DataplaneABI
import Netlink
import Routing

extension KernelTable {
  /// Our routes, those of protocol 80, in the kernel's main table.
  public static func mainRoutes<Address: TextualIPAddress>(_ netlink: NetlinkConnection) -> KernelTable
  where Key == RouteKey<Address>, Value == KernelRoute<Address> {
    let name = Address.bitWidth == 32 ? "kernel route IPv4" : "kernel route IPv6"
    let ours: @Sendable () throws -> [Netlink.Route] = {
      try netlink.routes(family: Address.netlinkFamily, table: Netlink.Route.mainTable, protocol: .calico)
    }
    return KernelTable(
      name: name,
      read: {
        let routes = try ours().compactMap { route in
          RouteKey<Address>(route.destination).map { ($0, KernelRoute<Address>(route)) }
        }
        // Two for one destination, of different metrics: neither is as it should be.
        return Dictionary(routes) { first, second in .foreign("\(first) and \(second)") }
      },
      write: { entries in for (key, value) in entries { try netlink.replaceRoute(try value.route(to: key)) } },
      remove: { keys in
        let keys = Set(keys)
        for route in try ours() {
          guard let key = RouteKey<Address>(route.destination), keys.contains(key) else { continue }
          do throws(NetlinkError) {
            try netlink.deleteRoute(route)
          } catch {
            // The kernel drops routes by itself when their interface goes.
            guard error.isNotFound else { throw error }
          }
        }
      })
  }
}

extension KernelRoute {
  init(_ route: Netlink.Route) {
    let isPlain = route.nextHops.isEmpty && route.priority == Self.priority
    switch (route.type, route.gateway.map { Address($0) }, route.interface) {
    case (.blackhole, nil, _) where isPlain: self = .blackhole
    case (.unicast, nil, let index?) where isPlain: self = .device(interfaceIndex: UInt32(index))
    case (.unicast, .some(.some(let gateway)), let index?) where isPlain:
      self = .gateway(gateway, interfaceIndex: UInt32(index))
    default: self = .foreign("\(route)")
    }
  }

  /// The metric that the kernel gives a route for which none is asked (IP6_RT_PRIO_USER).
  private static var priority: UInt32 { Address.bitWidth == 32 ? 0 : 1024 }

  fileprivate func route(to key: RouteKey<Address>) throws(DataplaneFailure) -> Netlink.Route {
    var route = Netlink.Route(key.inet, routeProtocol: .calico)
    switch self {
    case .device(let index): route.interface = Int32(index)
    case .gateway(let gateway, let index):
      route.gateway = gateway.inet
      route.interface = Int32(index)
    case .blackhole: route.type = .blackhole
    case .foreign(let text):
      throw DataplaneFailure(subject: "kernel route \(key)", reason: "\"\(text)\" is not a route to be written")
    }
    return route
  }
}
