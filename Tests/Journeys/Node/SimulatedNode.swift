import DataplaneABI
import Datapath
import KernelRuntime

/// For what a test run in the kernel cannot tell: which helpers a program called, and what it does with a VLAN tag.
extension SimulatedKernel {
  /// A node with a pod .2 behind interface 10, a pod .3 behind 11, another node's pods over 20, and a service of pod .3.
  static func node(_ family: Family) -> SimulatedKernel {
    let kernel = SimulatedKernel()
    switch family {
    case .ipv4:
      kernel.settle(
        IPv4Address.self, family, routes: MapName.routes4, frontends: MapName.frontends4, backends: MapName.backends4)
    case .ipv6:
      kernel.settle(
        IPv6Address.self, family, routes: MapName.routes6, frontends: MapName.frontends6, backends: MapName.backends6)
    }
    return kernel
  }

  private func contents(_ name: String) -> MapStorage? {
    DatapathMaps.all.first { $0.name == name }.map { contents(of: $0) }
  }

  private func settle<Address: TextualIPAddress>(
    _: Address.Type, _ family: Family, routes: String, frontends: String, backends: String
  ) {
    let server: Address = family.pick("10.65.1.3", "fd65::3").address()
    let pods: [(Address, UInt32, [UInt8])] = [
      (family.pick("10.65.1.2", "fd65::2").address(), 10, MAC.client), (server, 11, MAC.server),
    ]
    for (address, interface, mac) in pods {
      contents(routes)?.set(
        RouteKey(host: address),
        Route<Address>(flags: [.workload, .local], interfaceIndex: interface, mac: MACAddress(bytes: mac)))
    }
    contents(routes)?.set(
      RouteKey<Address>(
        prefixLength: family == .ipv4 ? 24 : 64, address: family.pick("10.65.2.0", "fd65:0:0:2::").address()),
      Route<Address>(
        flags: .workload, interfaceIndex: 20, nextHop: family.pick("10.77.0.2", "fd77::2").address()))
    contents(frontends)?.set(
      FrontendKey<Address>(address: family.pick("10.96.0.10", "fd96::a").address(), port: BigEndian16(80), proto: 6),
      Frontend(id: 1, count: 1))
    contents(backends)?.set(BackendKey(id: 1, ordinal: 0), Backend(address: server, port: BigEndian16(8080)))
  }
}
