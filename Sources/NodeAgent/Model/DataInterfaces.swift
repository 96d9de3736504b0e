import CalicoAPI
import Dataplane
import DataplaneABI
import Routing

/// How the interfaces that lead to other nodes are found.
public enum DataInterfaces: Sendable, Hashable {
  /// As `bpfDataIfacePattern` says, and where that is not set by what the kernel tells of them.
  case automatic
  /// Those whose whole name matches a regular expression, whatever the cluster's settings say.
  case matching(String)
}

extension DataInterfaces: CustomStringConvertible {
  public var description: String {
    switch self {
    case .automatic: "by the cluster's settings"
    case .matching(let pattern): pattern
    }
  }
}

/// The choice of interfaces that get the programs for traffic of other nodes. A pure function of its inputs.
struct DataInterfaceChoice {
  private(set) var names: Set<String> = []
  private let interfaces: [String: InterfaceState]

  /// - Parameters:
  ///   - own: this node's InternalIPs.
  ///   - nodes: the InternalIPs of all nodes.
  init(
    _ rule: DataInterfaces, _ settings: FelixSettings, among interfaces: [String: InterfaceState],
    own: PerFamily<IPv4Address?, IPv6Address?>, nodes: PerFamily<[IPv4Address], [IPv6Address]>
  ) {
    self.interfaces = interfaces
    // Pods' interfaces and the loopback never count.
    let candidates = interfaces.values.filter {
      !$0.isWorkload && !$0.link.isLoopback && $0.name != InterfaceState.loopback
    }
    let chosen: [InterfaceState]
    if case .matching(let pattern) = rule {
      chosen = candidates.filter { Self.matches($0.name, pattern, whole: true) }
    } else if let pattern = settings.dataInterfacePattern {
      chosen = candidates.filter {
        Self.matches($0.name, pattern) || Self.matches($0.name, settings.l3InterfacePattern)
      }
    } else {
      chosen = candidates.filter {
        Self.leadsToNodes($0, own, nodes) || Self.matches($0.name, settings.l3InterfacePattern)
      }
    }
    for interface in chosen.sorted(by: { $0.name < $1.name }) { choose(interface) }
  }

  private mutating func choose(_ interface: InterfaceState) {
    guard let target = wholeDevice(of: interface) else { return }
    names.insert(target.name)
  }

  /// Packets come in by a bond or a bridge, not by its ports; a VRF's ports keep their own. Nil where another switch
  /// takes them.
  private func wholeDevice(of interface: InterfaceState) -> InterfaceState? {
    var interface = interface
    // A bond may be a port of a bridge; no deeper chain makes sense.
    for _ in 0..<4 {
      guard let master = interface.link.master,
        let next = interfaces.values.first(where: { $0.index == master }), next.link.kind != "vrf"
      else { return interface }
      guard ["bond", "team", "bridge"].contains(next.link.kind) else { return nil }
      interface = next
    }
    return nil
  }

  private static func leadsToNodes(
    _ interface: InterfaceState, _ own: PerFamily<IPv4Address?, IPv6Address?>,
    _ nodes: PerFamily<[IPv4Address], [IPv6Address]>
  ) -> Bool {
    let (ipv4, ipv6) = (interface.addresses.ipv4, interface.addresses.ipv6)
    if ipv4.contains(where: { $0.address == own.ipv4 }) || ipv6.contains(where: { $0.address == own.ipv6 }) {
      return true
    }
    guard interface.isUp, !leadingNowhere.contains(interface.link.kind ?? "") else { return false }
    return interface.link.hasDefaultRoute || isUplink(interface) || isOnSubnet(ipv4, of: nodes.ipv4)
      || isOnSubnet(ipv6, of: nodes.ipv6)
  }

  /// Whether clients may be there: a network card with an address, or a device that stands for such cards.
  private static func isUplink(_ interface: InterfaceState) -> Bool {
    guard interface.link.kind.map(uponCards.contains) ?? true else { return false }
    return interface.addresses.ipv4.contains { !$0.address.isLinkLocal }
      || interface.addresses.ipv6.contains { !$0.address.isLinkLocal }
  }

  /// Kinds of devices that stand for network cards.
  private static let uponCards: Set<String> = ["bond", "team", "vlan", "macvlan", "ipvlan"]

  /// Kinds of devices without another end.
  private static let leadingNowhere: Set<String> = ["dummy", "ifb", "nlmon", "vrf"]

  private static func isOnSubnet<Address>(_ own: [SubnetAddress<Address>], of nodes: [Address]) -> Bool {
    own.contains { address in
      !address.address.isLinkLocal && nodes.contains { address.subnet.contains($0) }
    }
  }

  /// Anywhere in the name unless the pattern says otherwise, as Go's `MatchString`. A pattern that is none was complained
  /// about where it was read.
  private static func matches(_ name: String, _ pattern: String?, whole: Bool = false) -> Bool {
    guard let pattern, let expression = try? Regex(pattern) else { return false }
    return ((try? whole ? expression.wholeMatch(in: name) : expression.firstMatch(in: name)) ?? nil) != nil
  }
}
