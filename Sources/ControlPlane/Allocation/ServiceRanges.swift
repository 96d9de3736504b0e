/// From where a cluster gives services their addresses and node ports.
struct ServiceRanges: Sendable {
  var prefixes: [IPAddress.Family: IPPrefix]
  var nodePorts: ClosedRange<Int64>
  /// The families of a service that asks for both, in this order; the first is what others get.
  var families: [IPAddress.Family]

  /// The ranges that kubeadm sets up by default, and an IPv6 range beside them.
  static let standard = ServiceRanges(
    prefixes: [.v4: IPPrefix("10.96.0.0/12"), .v6: IPPrefix("fd96::/108")].compactMapValues { $0 },
    nodePorts: 30_000...32_767, families: [.v4, .v6])
}
