import DataplaneABI

/// The cluster's IP pools, to look up what a destination is marked with.
struct PoolTable<Address: TextualIPAddress> {
  /// Longest prefixes first; of two with the same CIDR the first by name.
  let pools: [PoolInfo<Address>]
  let complaints: [String]

  init(_ named: [String: PoolInfo<Address>]) {
    var owners: [RouteKey<Address>: String] = [:]
    var (pools, complaints) = ([PoolInfo<Address>](), [String]())
    for (name, pool) in named.sorted(by: { $0.key < $1.key }) {
      if let owner = owners[pool.cidr] {
        complaints.append("IPPool \(name) claims \(pool.cidr), which IPPool \(owner) has")
      } else {
        owners[pool.cidr] = name
        pools.append(pool)
      }
    }
    self.pools = pools.sorted { $0.cidr.prefixLength > $1.cidr.prefixLength }
    self.complaints = complaints
  }

  /// The flags of the longest pool that the whole destination lies in; none where it lies in no pool.
  func flags(of destination: RouteKey<Address>) -> RouteFlags {
    let pool = pools.first {
      $0.cidr.prefixLength <= destination.prefixLength && $0.cidr.contains(destination.address)
    }
    return pool?.flags ?? []
  }
}
