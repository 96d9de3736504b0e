/// Which packets a rule is about: those that match every part. Addresses and ports are those of the flow's first packet, the
/// destination as services have translated it.
public struct RuleMatch: Hashable, Sendable {
  /// `ipVersion`; nil is both.
  public var family: AddressFamily?
  public var transport: TransportMatch
  public var source: PeerMatch
  public var destination: PeerMatch

  public init(
    family: AddressFamily? = nil, transport: TransportMatch = TransportMatch(), source: PeerMatch = PeerMatch(),
    destination: PeerMatch = PeerMatch()
  ) {
    self.family = family
    self.transport = transport
    self.source = source
    self.destination = destination
  }
}

public enum AddressFamily: Int, Hashable, Sendable, CaseIterable {
  case ipv4 = 4
  case ipv6 = 6
}

/// Which transport headers a rule is about.
public struct TransportMatch: Hashable, Sendable {
  /// IP protocol number; nil is any.
  public var proto: UInt8?
  /// IP protocol number that is left out.
  public var notProto: UInt8?
  public var icmp: ICMPMatch?
  public var notICMP: ICMPMatch?

  public init(proto: UInt8? = nil, notProto: UInt8? = nil, icmp: ICMPMatch? = nil, notICMP: ICMPMatch? = nil) {
    self.proto = proto
    self.notProto = notProto
    self.icmp = icmp
    self.notICMP = notICMP
  }
}

/// Messages of ICMP, or of ICMPv6 where the packet is IPv6. Another protocol's packet is none.
public struct ICMPMatch: Hashable, Sendable {
  public var type: UInt8
  /// nil is any.
  public var code: UInt8?

  public init(type: UInt8, code: UInt8? = nil) {
    self.type = type
    self.code = code
  }
}

/// What one end of a packet has to be.
public struct PeerMatch: Hashable, Sendable {
  /// Those of the other family match no packet.
  public var prefixes: Choice<AddressPrefix>
  public var notPrefixes: Set<AddressPrefix>
  /// The address is a member of each of them.
  public var sets: Set<IPSetID>
  /// Of none of them.
  public var notSets: Set<IPSetID>
  public var ports: Choice<PortMatch>
  /// None of them matches.
  public var notPorts: Set<PortMatch>
  /// Address, protocol and port are a member: `services`.
  public var members: IPSetID?

  public init(
    prefixes: Choice<AddressPrefix> = .any, notPrefixes: Set<AddressPrefix> = [], sets: Set<IPSetID> = [],
    notSets: Set<IPSetID> = [], ports: Choice<PortMatch> = .any, notPorts: Set<PortMatch> = [],
    members: IPSetID? = nil
  ) {
    self.prefixes = prefixes
    self.notPrefixes = notPrefixes
    self.sets = sets
    self.notSets = notSets
    self.ports = ports
    self.notPorts = notPorts
    self.members = members
  }
}

/// "Any" and "one of these" are different things: one of none is never true.
public enum Choice<Element: Hashable & Sendable>: Hashable, Sendable {
  case any
  case among(Set<Element>)
}

public enum PortMatch: Hashable, Sendable {
  /// Port numbers in the host's byte order, both ends included. Packets without ports have none of them.
  case range(ClosedRange<UInt16>)
  /// Address, protocol and port are a member: a port by name.
  case members(IPSetID)
}
