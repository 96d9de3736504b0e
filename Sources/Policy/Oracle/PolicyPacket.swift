import DataplaneABI

/// What policies see of a flow's first packet.
public struct PolicyPacket: Hashable, Sendable {
  /// Addresses of all their bits, both of one family; the destination as services have translated it.
  public var source: AddressPrefix
  public var destination: AddressPrefix
  /// IP protocol number.
  public var proto: UInt8
  /// In the host's byte order; they mean something for TCP, UDP and SCTP alone.
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  /// They mean something for ICMP and ICMPv6 alone.
  public var icmpType: UInt8
  public var icmpCode: UInt8

  public init(
    source: AddressPrefix, destination: AddressPrefix, proto: UInt8, sourcePort: UInt16 = 0,
    destinationPort: UInt16 = 0,
    icmpType: UInt8 = 0, icmpCode: UInt8 = 0
  ) {
    self.source = source
    self.destination = destination
    self.proto = proto
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.icmpType = icmpType
    self.icmpCode = icmpCode
  }

  public var family: AddressFamily { destination.family }

  /// Whether it is of a protocol that has ports.
  public var hasPorts: Bool {
    proto == IPProtocolNumber.tcp || proto == IPProtocolNumber.udp || proto == IPProtocolNumber.sctp
  }
}

extension PolicyPacket: CustomStringConvertible {
  public var description: String {
    let ends = "\(source) to \(destination), protocol \(proto)"
    if hasPorts { return "\(ends), ports \(sourcePort) to \(destinationPort)" }
    return "\(ends), type \(icmpType) code \(icmpCode)"
  }
}

/// What becomes of a packet, and why.
public struct PolicyVerdict: Hashable, Sendable {
  public var isAllowed: Bool
  /// The rule that decided, or the end of what was asked.
  public var decidedBy: RuleID
  /// Rules with the action Log that matched before, in the order in which they were asked.
  public var logged: [RuleID]

  public init(isAllowed: Bool, decidedBy: RuleID, logged: [RuleID] = []) {
    self.isAllowed = isAllowed
    self.decidedBy = decidedBy
    self.logged = logged
  }
}
