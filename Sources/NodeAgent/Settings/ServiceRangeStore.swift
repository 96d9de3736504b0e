import CalicoAPI
import DataplaneABI

/// The ranges of services' addresses that the cluster tells its neighbours about, by BGPConfiguration `default`.
struct ServiceRangeStore: Sendable {
  private var configurations = ConfigurationStore()
  private(set) var ipv4: Set<RouteKey<IPv4Address>> = []
  private(set) var ipv6: Set<RouteKey<IPv6Address>> = []
  /// One sentence each.
  private(set) var complaints: Set<String> = []

  /// - Parameter spec: nil when the object is gone.
  mutating func set<Group: CalicoGroup>(_ spec: OpenSpec?, named name: String, of group: Group.Type) {
    configurations.set(spec, named: name, of: group)
    let reading = AdvertisedRanges.reading(configurations.all["default"] ?? OpenSpec(), name: "default") {
      // One that covers every address would leave no way out.
      RouteKey<IPv4Address>($0).map { $0.prefixLength > 0 } ?? RouteKey<IPv6Address>($0).map { $0.prefixLength > 0 }
        ?? false
    }
    ipv4 = Set(reading.ranges.compactMap { RouteKey($0) })
    ipv6 = Set(reading.ranges.compactMap { RouteKey($0) })
    complaints = Set(reading.complaints.map(\.sentence))
  }
}
