import DataplaneABI
import Policy

extension TransportMatch {
  /// The headers of one family's packets that match.
  func headers(_ family: AddressFamily) -> TransportSet {
    var set = TransportSet.all
    if let proto { set = set.intersection(TransportSet(proto: proto)) }
    if let notProto { set = set.subtracting(TransportSet(proto: notProto)) }
    if let icmp { set = set.intersection(icmp.headers(family)) }
    if let notICMP { set = set.subtracting(notICMP.headers(family)) }
    return set
  }
}

extension ICMPMatch {
  fileprivate func headers(_ family: AddressFamily) -> TransportSet {
    let proto = family == .ipv4 ? IPProtocolNumber.icmp : IPProtocolNumber.icmpv6
    let first = UInt32(proto) << 16 | UInt32(type) << 8
    return TransportSet([(first | UInt32(code ?? 0))...(first | UInt32(code ?? 0xff))])
  }
}

/// One way for an end's port to match: by its number, or by what address and port are members of.
struct PortAlternative {
  var headers: TransportSet
  /// One of them; nil asks for none.
  var members: Set<IPSetID>?
}

extension PeerMatch {
  /// The ways in which `ports` match; none at all where it is "one of none".
  var portAlternatives: [PortAlternative] {
    guard case .among(let ports) = ports else { return [PortAlternative(headers: .all)] }
    var alternatives: [PortAlternative] = []
    let numbers = ports.compactMap(\.numbers)
    if !numbers.isEmpty { alternatives.append(PortAlternative(headers: TransportSet(ports: numbers))) }
    let named = Set(ports.compactMap(\.set))
    if !named.isEmpty { alternatives.append(PortAlternative(headers: .all, members: named)) }
    return alternatives
  }

  /// The headers that `notPorts` leaves out by number.
  var excludedHeaders: TransportSet { TransportSet(ports: notPorts.compactMap(\.numbers)) }

  /// The sets that `notPorts` leaves out.
  var excludedMembers: Set<IPSetID> { Set(notPorts.compactMap(\.set)) }
}

extension PortMatch {
  fileprivate var numbers: ClosedRange<UInt16>? { if case .range(let range) = self { range } else { nil } }
  fileprivate var set: IPSetID? { if case .members(let set) = self { set } else { nil } }
}
