extension NetlinkConnection {
  /// Adds a route.
  ///
  /// - Throws: an error with `isAlreadyThere` if there is one for the destination with the same table and metric.
  public func addRoute(_ route: Route) throws(NetlinkError) {
    try change("add route \(route)", MessageBuilder(.newRoute, [.request, .acknowledge, .create, .exclusive], route))
  }

  /// Adds a route, or puts it in the place of the one for the same destination, table and metric.
  public func replaceRoute(_ route: Route) throws(NetlinkError) {
    try change("set route \(route)", MessageBuilder(.newRoute, [.request, .acknowledge, .create, .replace], route))
  }

  /// Takes a route away: the first that agrees with all that is given. Protocol `.boot` and scope nil mean any.
  ///
  /// - Throws: an error with `isNotFound` if there is none.
  public func deleteRoute(_ route: Route) throws(NetlinkError) {
    try change("delete route \(route)", MessageBuilder(.deleteRoute, [.request, .acknowledge], route))
  }

  /// Routes of the namespace; what is given narrows them, in the kernel already.
  public func routes(
    family: AddressFamily = .unspecified, table: UInt32? = nil, protocol routeProtocol: RouteProtocol? = nil,
    interface: Int32? = nil
  ) throws(NetlinkError) -> [Route] {
    guard family == .unspecified else { return try routes(of: family, table, routeProtocol, interface) }
    return try routes(of: .ipv4, table, routeProtocol, interface) + routes(of: .ipv6, table, routeProtocol, interface)
  }

  private func routes(
    of family: AddressFamily, _ table: UInt32?, _ routeProtocol: RouteProtocol?, _ interface: Int32?
  ) throws(NetlinkError) -> [Route] {
    var builder = MessageBuilder(.getRoute, [.request, .dump])
    builder.write(family.rawValue)
    builder.write(bytes: [0, 0, 0, 0])
    builder.write(routeProtocol?.rawValue ?? 0)
    builder.write(UInt16(0))
    builder.write(UInt32(0))
    if let table { builder.attribute(RouteAttribute.table, table) }
    if let interface { builder.attribute(RouteAttribute.outputInterface, interface) }
    do throws(NetlinkError) {
      return try list("list \(family) routes", builder, of: .newRoute, Route.init(message:))
    } catch {
      // A table that was never used does not exist ("FIB table does not exist"): it holds no routes.
      guard table != nil, error.isNotFound else { throw error }
      return []
    }
  }
}
