import DataplaneABI
import EBPF
import Netlink
import Routing

extension LinuxKernel: InterfaceKernel {
  public func interfaces() throws -> [InterfaceState] {
    let addresses = Dictionary(grouping: try netlink.addresses(), by: \.interface)
    let defaults = try defaultRouteInterfaces()
    return try netlink.links().map { link in
      let own = addresses[link.index] ?? []
      return InterfaceState(
        name: link.name, index: UInt32(link.index), isUp: link.isUp,
        addresses: PerFamily(
          ipv4: own.compactMap { SubnetAddress($0.prefix) }, ipv6: own.compactMap { SubnetAddress($0.prefix) }),
        peerMAC: try peerMAC(of: link), mtu: link.mtu,
        link: LinkFacts(link, hasDefaultRoute: defaults.contains(link.index)))
    }
  }

  public func forgetDefaultRoutes() { defaultRoutes.withLock { $0 = nil } }

  /// Read once until somebody says that they changed: a node that speaks BGP may have a million routes to go through.
  private func defaultRouteInterfaces() throws -> Set<Int32> {
    if let known = defaultRoutes.withLock({ $0 }) { return known }
    var found: Set<Int32> = []
    for family in [AddressFamily.ipv4, .ipv6] {
      let named = try netlink.rules(family: family).map(\.table)
      // The local table has no way out.
      for table in Set(named).union([Netlink.Route.mainTable]).subtracting([0, Netlink.Route.localTable]) {
        for route in try netlink.routes(family: family, table: table) where route.destination.length == 0 {
          found.formUnion([route.interface].compactMap { $0 } + route.nextHops.map(\.interface))
        }
      }
    }
    defaultRoutes.withLock { $0 = found }
    return found
  }

  public func setInterface(_ index: UInt32, up: Bool) throws { try netlink.setLink(Int32(index), up: up) }

  /// Only pods' interfaces are asked for their other end.
  private func peerMAC(of link: Netlink.Link) throws -> MACAddress? {
    guard link.kind == "veth", link.name.hasPrefix(InterfaceState.workloadPrefix) else { return nil }
    return try netlink.peer(of: link)?.hardwareAddress.flatMap { MACAddress($0) }
  }

  public func createCounters(interfaceIndex: UInt32, hook: AttachmentHook) throws {
    try createCounters(CounterKey(interfaceIndex: interfaceIndex, hook: hook.counterHook))
  }

  func createCounters(_ key: CounterKey) throws {
    let rows = [Counters](repeating: Counters(), count: try PossibleCPUs.count())
    do {
      try counters.updatePerCPU(key, rows, .create)
    } catch {
      // The programs make a row too when they find none.
      guard error.errno == .exists else { throw error }
    }
  }

  public func removeCounters(except interfaceIndices: Set<UInt32>) throws {
    let gone = try counters.keys().filter { $0 != .sockets && !interfaceIndices.contains($0.interfaceIndex) }
    try counters.delete(gone)
  }

  public func readParameter(_ path: String) throws -> String? {
    do throws(NetlinkError) {
      return try namespace.readSysctl(path)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }

  public func writeParameter(_ path: String, _ value: String) throws { try namespace.writeSysctl(path, value) }
}

extension LinkFacts {
  init(_ link: Netlink.Link, hasDefaultRoute: Bool) {
    let hasHeader = link.hardwareType == .ethernet || link.hardwareType == .loopback
    self.init(
      kind: link.kind, header: hasHeader ? .ethernet : .none, isLoopback: link.flags.contains(.loopback),
      master: link.master.flatMap { $0 > 0 ? UInt32($0) : nil }, hasDefaultRoute: hasDefaultRoute)
  }
}

extension SubnetAddress {
  init?(_ prefix: InetPrefix) {
    guard let address = Address(prefix.address) else { return nil }
    self.init(address: address, prefixLength: UInt32(prefix.length))
  }
}
