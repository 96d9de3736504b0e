import DataplaneABI

/// Nodes, IP pools, this node's pods and this node's interfaces to routes, for one IP family.
///
/// A pure function of its inputs. Where two objects claim the same destination, the first by name has it, and the
/// other is complained about.
public struct RouteCalculator<Address: TextualIPAddress> {
  private let nodeName: String
  private let nodes: [String: NodeInfo<Address>]
  private let interfaces: [String: InterfaceFacts<Address>]
  private let pools: PoolTable<Address>
  private var owners: [RouteKey<Address>: String] = [:]
  private var table = RoutingTable<Address>()

  /// The routes of node `nodeName`. `workloads` are its pods by "namespace/name", `interfaces` its interfaces and `pools`
  /// the cluster's pools by name. `unused` are ranges of services' addresses and what becomes of packets there, `optOuts` clients that
  /// services do not answer directly.
  public static func table(
    nodeName: String, nodes: [String: NodeInfo<Address>], workloads: [String: WorkloadInfo<Address>],
    interfaces: [String: InterfaceFacts<Address>], pools: [String: PoolInfo<Address>] = [:],
    unused: [RouteKey<Address>: RouteFlags] = [:], optOuts: Set<RouteKey<Address>> = []
  ) -> RoutingTable<Address> {
    var calculator = RouteCalculator(nodeName: nodeName, nodes: nodes, interfaces: interfaces, pools: pools)
    calculator.addHostAddresses()
    calculator.addWorkloads(workloads)
    calculator.addRemoteNodes()
    calculator.addOwnBlocks()
    calculator.addPools()
    calculator.add(unused)
    calculator.mark(optOuts)
    return calculator.table
  }

  private init(
    nodeName: String, nodes: [String: NodeInfo<Address>], interfaces: [String: InterfaceFacts<Address>],
    pools: [String: PoolInfo<Address>]
  ) {
    self.nodeName = nodeName
    self.nodes = nodes
    self.interfaces = interfaces
    self.pools = PoolTable(pools)
    table.complaints = self.pools.complaints
  }

  /// This node's own addresses, whether the API knows them or not.
  private mutating func addHostAddresses() {
    let owner = "node \(nodeName)"
    var addresses = Set(interfaces.values.flatMap(\.addresses).map(\.address).filter { !$0.isLinkLocal })
    if let internalIP = nodes[nodeName]?.internalIP { addresses.insert(internalIP) }
    for address in addresses where claim(RouteKey(host: address), for: owner) {
      table.entries[RouteKey(host: address)] = Route(flags: [.local, .host])
    }
  }

  private mutating func addWorkloads(_ workloads: [String: WorkloadInfo<Address>]) {
    for (name, workload) in workloads.sorted(by: { $0.key < $1.key }) {
      guard let interface = interfaces[workload.interfaceName] else { continue }
      guard let mac = interface.peerMAC else {
        complain("pod \(name): the pod's end of \(workload.interfaceName) cannot be seen; is it a veth?")
        continue
      }
      for address in workload.addresses where claim(RouteKey(host: address), for: "pod \(name)") {
        let flags = pools.flags(of: RouteKey(host: address)).union([.workload, .local])
        table.entries[RouteKey(host: address)] = Route(
          flags: flags, interfaceIndex: interface.index, mac: mac, mtu: interface.routeMTU)
        table.kernelRoutes[RouteKey(host: address)] = .device(interfaceIndex: interface.index)
      }
    }
  }

  private mutating func addRemoteNodes() {
    for (name, node) in nodes.sorted(by: { $0.key < $1.key }) where name != nodeName {
      guard let internalIP = node.internalIP else {
        if !node.podCIDRs.isEmpty { complain("node \(name) has pod CIDRs but no InternalIP of that family") }
        continue
      }
      guard let interface = interfaceOnLink(with: internalIP) else {
        complain("node \(name) (\(internalIP)) is not on a subnet of this node, so its pods cannot be routed to")
        continue
      }
      if claim(RouteKey(host: internalIP), for: "node \(name)") {
        table.entries[RouteKey(host: internalIP)] = Route(
          flags: [.host, .sameSubnet], interfaceIndex: interface.index, nextHop: internalIP, mtu: interface.routeMTU)
      }
      for block in node.podCIDRs where claim(block, for: "node \(name)") {
        table.entries[block] = Route(
          flags: pools.flags(of: block).union([.workload, .sameSubnet]), interfaceIndex: interface.index,
          nextHop: internalIP, mtu: interface.routeMTU)
        table.kernelRoutes[block] = .gateway(internalIP, interfaceIndex: interface.index)
      }
    }
  }

  private mutating func addOwnBlocks() {
    for block in nodes[nodeName]?.podCIDRs ?? [] where claim(block, for: "node \(nodeName)") {
      table.kernelRoutes[block] = .blackhole
    }
  }

  /// What lies in a pool and belongs to nobody: no way leads there, so the host stack decides. A block or a node's address
  /// that is just the pool has its own entry, with the pool's flags.
  private mutating func addPools() {
    for pool in pools.pools where table.entries[pool.cidr] == nil {
      table.entries[pool.cidr] = Route(flags: pool.flags)
    }
  }

  /// Ranges of services' addresses: packets that no service takes find nothing longer there.
  private mutating func add(_ unused: [RouteKey<Address>: RouteFlags]) {
    for (range, flags) in unused where table.entries[range] == nil { table.entries[range] = Route(flags: flags) }
  }

  /// Marks all that lies in the ranges: the longest entry is the one that is found, so the longer ones have the mark too, and an
  /// entry for a range says what the one around it said of its addresses.
  private mutating func mark(_ optOuts: Set<RouteKey<Address>>) {
    if optOuts.isEmpty { return }
    for range in optOuts where table.entries[range] == nil { table.entries[range] = entry(around: range) }
    for key in table.entries.keys where optOuts.contains(where: { $0.covers(key) }) {
      table.entries[key]?.flags.insert(.noDirectReturn)
    }
  }

  /// What is found for the range's addresses that have no entry within it.
  private func entry(around range: RouteKey<Address>) -> Route<Address> {
    for length in (0..<range.prefixLength).reversed() {
      let key = RouteKey(prefixLength: length, address: range.address.masked(to: length))
      if let route = table.entries[key] { return route }
    }
    return Route(flags: [])
  }

  /// The interface with the longest subnet that has the address in it.
  private func interfaceOnLink(with address: Address) -> InterfaceFacts<Address>? {
    let subnets = interfaces.values.flatMap { facts in
      facts.addresses.filter { !$0.address.isLinkLocal && $0.subnet.contains(address) }
        .map { (length: $0.prefixLength, facts: facts) }
    }
    return subnets.max { ($0.length, $1.facts.index) < ($1.length, $0.facts.index) }?.facts
  }

  /// Whether `owner` may have the destination. Having it already is not a conflict.
  private mutating func claim(_ key: RouteKey<Address>, for owner: String) -> Bool {
    if let other = owners[key] {
      if other != owner { complain("\(owner) claims \(key), which \(other) has") }
      return false
    }
    owners[key] = owner
    return true
  }

  private mutating func complain(_ sentence: String) { table.complaints.append(sentence) }
}

extension RouteKey where Address: TextualIPAddress {
  /// Whether all of the other range lies in this one.
  fileprivate func covers(_ other: RouteKey) -> Bool {
    prefixLength <= other.prefixLength && contains(other.address)
  }
}

extension TextualIPAddress {
  /// 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291): the same address may mean another host on each link.
  public var isLinkLocal: Bool {
    withUnsafeBytes(of: self) { octets in
      Self.bitWidth == 32
        ? octets[0] == 169 && octets[1] == 254
        : octets[0] == 0xfe && octets[1] & 0xc0 == 0x80
    }
  }
}
