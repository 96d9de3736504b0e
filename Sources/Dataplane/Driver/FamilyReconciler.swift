import DataplaneABI
import Routing
import Services

/// The kernel tables of one IP family.
public struct FamilyTables<Address: TextualIPAddress>: Sendable {
  public var frontends: KernelTable<FrontendKey<Address>, Frontend>
  public var backends: KernelTable<BackendKey, Backend<Address>>
  public var members: KernelTable<MemberKey<Address>, MemberFlags>
  public var sourceRanges: KernelTable<SourceRangeKey<Address>, UInt32>
  public var maglev: KernelTable<BackendKey, Backend<Address>>
  public var routes: KernelTable<RouteKey<Address>, Route<Address>>
  /// Routes of protocol 80 in the main table.
  public var kernelRoutes: KernelTable<RouteKey<Address>, KernelRoute<Address>>

  public init(
    frontends: KernelTable<FrontendKey<Address>, Frontend>, backends: KernelTable<BackendKey, Backend<Address>>,
    members: KernelTable<MemberKey<Address>, MemberFlags>,
    sourceRanges: KernelTable<SourceRangeKey<Address>, UInt32>, maglev: KernelTable<BackendKey, Backend<Address>>,
    routes: KernelTable<RouteKey<Address>, Route<Address>>,
    kernelRoutes: KernelTable<RouteKey<Address>, KernelRoute<Address>>
  ) {
    self.frontends = frontends
    self.backends = backends
    self.members = members
    self.sourceRanges = sourceRanges
    self.maglev = maglev
    self.routes = routes
    self.kernelRoutes = kernelRoutes
  }
}

/// The reconcilers of one IP family's tables.
struct FamilyReconciler<Address: TextualIPAddress> {
  var services: ServiceMaps<Address>
  var routes: RouteMap<Address>
  var kernelRoutes: KernelRouteTable<Address>

  init(_ tables: FamilyTables<Address>) {
    services = ServiceMaps(
      frontends: tables.frontends, backends: tables.backends, members: tables.members,
      sourceRanges: tables.sourceRanges, maglev: tables.maglev)
    routes = RouteMap(tables.routes)
    kernelRoutes = KernelRouteTable(tables.kernelRoutes)
  }

  /// Entries written and deleted since the start.
  var effects: Int { services.effects + routes.effects + kernelRoutes.effects }

  mutating func distrust() {
    services.distrust()
    routes.distrust()
    kernelRoutes.distrust()
  }

  /// Whether the route map holds every entry that leads to the interface. `count` is raised by how many there are.
  func holdsRoutes(to interfaceIndex: UInt32, of table: RoutingTable<Address>, count: inout Int) -> Bool {
    for (key, route) in table.entries
    where route.interfaceIndex == interfaceIndex && route.flags.contains(.local) {
      count += 1
      guard routes.holds(key, route) else { return false }
    }
    return true
  }
}
