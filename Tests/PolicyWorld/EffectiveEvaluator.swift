import DataplaneABI
import Policy

/// Asks an effective policy rule by rule, as its definition says: what compiled programs have to agree with.
package struct EffectiveEvaluator {
  package var sets: [IPSetID: Set<IPSetMember>]

  package init(sets: [IPSetID: Set<IPSetMember>]) { self.sets = sets }

  package func verdict(_ policy: EffectivePolicy, _ packet: PolicyPacket) -> PolicyVerdict {
    var logged: [RuleID] = []
    stages: for stage in policy.stages {
      for rule in stage.rules where matches(rule.match, packet) {
        switch rule.action {
        case .allow: return PolicyVerdict(isAllowed: true, decidedBy: rule.id, logged: logged)
        case .deny: return PolicyVerdict(isAllowed: false, decidedBy: rule.id, logged: logged)
        case .pass: continue stages
        case .log: logged.append(rule.id)
        }
      }
      if stage.end == .deny { return PolicyVerdict(isAllowed: false, decidedBy: stage.endID, logged: logged) }
    }
    let nobody = RuleID(owner: .endOfProfiles, direction: policy.direction, index: nil)
    return PolicyVerdict(isAllowed: false, decidedBy: nobody, logged: logged)
  }

  private func matches(_ match: RuleMatch, _ packet: PolicyPacket) -> Bool {
    if let family = match.family, family != packet.family { return false }
    return matches(match.transport, packet)
      && matches(match.source, packet.source, port: packet.sourcePort, packet)
      && matches(match.destination, packet.destination, port: packet.destinationPort, packet)
  }

  private func matches(_ transport: TransportMatch, _ packet: PolicyPacket) -> Bool {
    if let proto = transport.proto, proto != packet.proto { return false }
    if let proto = transport.notProto, proto == packet.proto { return false }
    if let icmp = transport.icmp, !isICMP(packet, icmp) { return false }
    if let icmp = transport.notICMP, isICMP(packet, icmp) { return false }
    return true
  }

  private func isICMP(_ packet: PolicyPacket, _ icmp: ICMPMatch) -> Bool {
    let proto = packet.family == .ipv4 ? IPProtocolNumber.icmp : IPProtocolNumber.icmpv6
    return packet.proto == proto && packet.icmpType == icmp.type && (icmp.code ?? packet.icmpCode) == packet.icmpCode
  }

  private func matches(_ peer: PeerMatch, _ address: AddressPrefix, port: UInt16, _ packet: PolicyPacket) -> Bool {
    if case .among(let prefixes) = peer.prefixes, !prefixes.contains(where: { $0.covers(address) }) { return false }
    if peer.notPrefixes.contains(where: { $0.covers(address) }) { return false }
    if !peer.sets.allSatisfy({ isMember(address, of: $0) }) { return false }
    if peer.notSets.contains(where: { isMember(address, of: $0) }) { return false }
    let isPort = { (match: PortMatch) in hasPort(match, address, port, packet) }
    if case .among(let ports) = peer.ports, !ports.contains(where: isPort) { return false }
    if peer.notPorts.contains(where: isPort) { return false }
    guard let members = peer.members else { return true }
    return hasPort(.members(members), address, port, packet)
  }

  private func hasPort(_ match: PortMatch, _ address: AddressPrefix, _ port: UInt16, _ packet: PolicyPacket) -> Bool {
    guard packet.hasPorts else { return false }
    switch match {
    case .range(let range): return range.contains(port)
    case .members(let id): return sets[id, default: []].contains(.port(address, proto: packet.proto, port: port))
    }
  }

  private func isMember(_ address: AddressPrefix, of id: IPSetID) -> Bool {
    sets[id, default: []].contains { member in
      if case .prefix(let prefix) = member { prefix.covers(address) } else { false }
    }
  }
}

extension AddressPrefix {
  /// Whether an address, given as a prefix of all its bits, lies inside this one.
  package func covers(_ address: AddressPrefix) -> Bool {
    switch (self, address) {
    case (.ipv4(let prefix), .ipv4(let host)): prefix.contains(host.address)
    case (.ipv6(let prefix), .ipv6(let host)): prefix.contains(host.address)
    default: false
    }
  }
}
