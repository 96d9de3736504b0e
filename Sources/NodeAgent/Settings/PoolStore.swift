import CalicoAPI
import DataplaneABI
import Routing

/// The cluster's IP pools, from both groups that may serve them.
struct PoolStore: Sendable {
  private var served: [String: OpenSpec] = [:]
  private var stored: [String: OpenSpec] = [:]
  private(set) var ipv4: [String: PoolInfo<IPv4Address>] = [:]
  private(set) var ipv6: [String: PoolInfo<IPv6Address>] = [:]
  /// One sentence each.
  private(set) var complaints: Set<String> = []

  /// - Parameter spec: nil when the object is gone.
  mutating func set<Group: CalicoGroup>(_ spec: OpenSpec?, named name: String, of group: Group.Type) {
    if group == ProjectCalico.self { served[name] = spec } else { stored[name] = spec }
    read(stored.merging(served) { $1 })
  }

  private mutating func read(_ pools: [String: OpenSpec]) {
    (ipv4, ipv6, complaints) = ([:], [:], [])
    for (name, spec) in pools {
      let reading = IPPoolSettings.reading(spec, name: name)
      complaints.formUnion(reading.complaints.map(\.sentence))
      var clauses: [String] = []
      ipv4[name] = PoolInfo.reading(reading.settings, complaints: &clauses)
      ipv6[name] = PoolInfo.reading(reading.settings, complaints: &clauses)
      complaints.formUnion(clauses.map { "IPPool \(name): \($0), so the pool is left out" })
    }
  }
}
