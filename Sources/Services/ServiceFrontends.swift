import DataplaneABI

/// The frontends that a service publishes in one family, were it alone.
struct ServiceFrontends<Address: TextualIPAddress> {
  private(set) var specs: [FrontendKey<Address>: FrontendSpec<Address>] = [:]
  private let name: ServiceName
  private let service: ServiceInfo
  private let addresses: ServiceAddresses<Address>
  private let maglev: MaglevLimits
  /// Ports that want a table and have too many endpoints, and how many.
  private(set) var tooLarge: [MaglevPort: MaglevRefusal] = [:]

  init(
    _ name: ServiceName, _ service: ServiceInfo, at addresses: ServiceAddresses<Address>,
    slices: [EndpointSliceInfo<Address>], place: NodePlace, maglev: MaglevLimits
  ) {
    (self.name, self.service, self.addresses, self.maglev) = (name, service, addresses, maglev)
    for port in service.ports {
      publish(port, BackendChoice(slices, for: port, of: service, place: place))
    }
  }

  private mutating func publish(_ port: ServicePortInfo, _ choice: BackendChoice<Address>) {
    let table = table(port, choice)
    // The policy is for the cluster address only, and for everything that comes to it ("on the ClusterIP": the API's comment).
    publish(
      .clusterIP, addresses.clusterIP, port.port, port, service.internalLocal ? choice.onNode : choice.anywhere,
      service.internalLocal ? .internalLocal : [], table)
    let isReachedFromOutside =
      port.nodePort != 0 || !addresses.externalIPs.isEmpty || !addresses.loadBalancerIPs.isEmpty
    guard isReachedFromOutside else { return }
    // What another node passes on stays here too, whatever the policy: that node may not know yet that endpoints drain.
    let backends = choice.either
    let flags: FrontendFlags = service.externalLocal ? .externalLocal : []
    if port.nodePort != 0 { publish(.nodePort, .everyNode, port.nodePort, port, backends, flags, nil) }
    for address in addresses.loadBalancerIPs {
      publish(.loadBalancer, address, port.port, port, backends, flags, table)
    }
    for address in addresses.externalIPs { publish(.externalIP, address, port.port, port, backends, flags, table) }
  }

  /// A node port gets none: its address is the node's that is asked, and no other node can go on under that.
  private mutating func table(_ port: ServicePortInfo, _ choice: BackendChoice<Address>) -> MaglevTable<Address>? {
    guard service.usesMaglev else { return nil }
    let backends = choice.everywhere
    guard backends.count <= maglev.endpoints else {
      tooLarge[MaglevPort(service: name, port: port.port, proto: port.proto)] = .endpoints(backends.count)
      return nil
    }
    return MaglevTable(backends, slots: maglev.slots)
  }

  /// Where a service names an address twice, the first kind has it.
  private mutating func publish(
    _ kind: FrontendKind, _ address: Address, _ number: UInt16, _ port: ServicePortInfo,
    _ backends: BackendChoice<Address>.Backends, _ flags: FrontendFlags, _ table: MaglevTable<Address>?
  ) {
    let key = FrontendKey(address: address, port: BigEndian16(number), proto: port.proto)
    guard specs[key] == nil else { return }
    specs[key] = FrontendSpec(
      service: name, kind: kind, backends: backends.list, localCount: backends.localCount,
      clusterFirst: backends.clusterFirst, affinitySeconds: service.affinitySeconds, flags: flags,
      sourceRanges: kind == .loadBalancer ? addresses.sourceRanges : nil, others: backends.others,
      maglev: table)
  }
}
