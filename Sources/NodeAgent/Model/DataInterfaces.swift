import Dataplane
import DataplaneABI
import Routing

/// How the interfaces that lead to other nodes are found.
public enum DataInterfaces: Sendable, Hashable {
  /// Those that hold the node's InternalIPs.
  case ofInternalIP
  /// Those whose whole name matches a regular expression.
  case matching(String)

  /// The names. Interfaces of pods and the loopback never count.
  func names(among interfaces: [String: InterfaceState], internalIPs: PerFamily<IPv4Address?, IPv6Address?>) -> Set<
    String
  > {
    let candidates = interfaces.values.filter { !$0.isWorkload && $0.name != "lo" }
    switch self {
    case .ofInternalIP:
      let holders = candidates.filter { interface in
        interface.addresses.ipv4.contains { $0.address == internalIPs.ipv4 }
          || interface.addresses.ipv6.contains { $0.address == internalIPs.ipv6 }
      }
      return Set(holders.map(\.name))
    case .matching(let pattern):
      // Checked when the agent started.
      guard let expression = try? Regex(pattern) else { return [] }
      return Set(candidates.map(\.name).filter { (try? expression.wholeMatch(in: $0)) != nil })
    }
  }
}

extension DataInterfaces: CustomStringConvertible {
  public var description: String {
    switch self {
    case .ofInternalIP: "those with the node's InternalIP"
    case .matching(let pattern): pattern
    }
  }
}
