import DataplaneABI
import EBPF
import Policy

/// The kernel's maps of classes: `cali_v4_ip_sets`, `cali_v4_portset` and those of IPv6.
public struct ClassMaps: Sendable {
  private let addresses4: TypedMap<RouteKey<IPv4Address>, UInt32>
  private let addresses6: TypedMap<RouteKey<IPv6Address>, UInt32>
  private let ports4: TypedMap<PortSetKey<IPv4Address>, UInt32>
  private let ports6: TypedMap<PortSetKey<IPv6Address>, UInt32>

  /// - Throws: unless all four are there.
  public init(_ maps: MapSet) throws(KernelError) {
    addresses4 = try maps.typed(MapName.addressSets4, RouteKey<IPv4Address>.self, UInt32.self)
    addresses6 = try maps.typed(MapName.addressSets6, RouteKey<IPv6Address>.self, UInt32.self)
    ports4 = try maps.typed(MapName.portSets4, PortSetKey<IPv4Address>.self, UInt32.self)
    ports6 = try maps.typed(MapName.portSets6, PortSetKey<IPv6Address>.self, UInt32.self)
  }

  /// Writes what `writes` says of addresses and ports. Every loaded policy has to have the rows of the new classes by then.
  public func write(_ writes: ClassWrites) throws(KernelError) {
    var (four, six) = (Changes<RouteKey<IPv4Address>>(), Changes<RouteKey<IPv6Address>>())
    for (prefix, number) in writes.addresses {
      switch prefix {
      case .ipv4(let key): four.add(key, number)
      case .ipv6(let key): six.add(key, number)
      }
    }
    try four.write(to: addresses4)
    try six.write(to: addresses6)
    try writePorts(writes)
  }

  private func writePorts(_ writes: ClassWrites) throws(KernelError) {
    var (four, six) = (Changes<PortSetKey<IPv4Address>>(), Changes<PortSetKey<IPv6Address>>())
    for (member, number) in writes.ports {
      let transport = PolicyTransport(proto: member.proto, detail: member.port)
      switch member.address {
      case .ipv4(let key): four.add(PortSetKey(address: key.address, transport: transport), number)
      case .ipv6(let key): six.add(PortSetKey(address: key.address, transport: transport), number)
      }
    }
    try four.write(to: ports4)
    try six.write(to: ports6)
  }

  /// What changes in one map.
  private struct Changes<Key: BitwiseCopyable> {
    private var updated: [(key: Key, value: UInt32)] = []
    private var deleted: [Key] = []

    mutating func add(_ key: Key, _ number: UInt32?) {
      if let number { updated.append((key, number)) } else { deleted.append(key) }
    }

    func write(to map: TypedMap<Key, UInt32>) throws(KernelError) {
      try map.update(updated)
      try map.delete(deleted)
    }
  }
}
