import Policy

/// What an effective policy says of a packet: rule by rule, with nothing clever.
struct Evaluator {
  let policy: EffectivePolicy
  let members: [IPSetID: Set<IPSetMember>]

  /// The decision, and the numbers of all rules that were met.
  func decide(_ packet: TestPacket) -> (decision: Decision, met: [Int]) {
    var met: [Int] = []
    var isLogged = false
    var first = 0
    for (index, stage) in policy.stages.enumerated() {
      let isLast = index == policy.stages.count - 1
      let asked = stage.rules.map(\.action) + [stage.end == .deny ? .deny : .pass]
      for (place, action) in asked.enumerated() {
        guard place == stage.rules.count || matches(stage.rules[place].match, packet) else { continue }
        met.append(first + place)
        switch action {
        case .log: isLogged = true
        case .allow: return (Decision(isAllowed: true, rule: first + place, isLogged: isLogged), met)
        case .deny: return (Decision(isAllowed: false, rule: first + place, isLogged: isLogged), met)
        case .pass:
          if isLast { return (Decision(isAllowed: false, rule: first + place, isLogged: isLogged), met) }
        }
        if action == .pass { break }
      }
      first += asked.count
    }
    return (Decision(isAllowed: false, rule: 0), [0])
  }

  private func matches(_ match: RuleMatch, _ packet: TestPacket) -> Bool {
    if let family = match.family, family != packet.family { return false }
    if let proto = match.transport.proto, proto != packet.proto { return false }
    if let proto = match.transport.notProto, proto == packet.proto { return false }
    if let icmp = match.transport.icmp, !matches(icmp, packet) { return false }
    if let icmp = match.transport.notICMP, matches(icmp, packet) { return false }
    return matches(match.source, packet.source, packet.sourcePort, packet)
      && matches(match.destination, packet.destination, packet.detail, packet)
  }

  private func matches(_ icmp: ICMPMatch, _ packet: TestPacket) -> Bool {
    packet.proto == (packet.family == .ipv4 ? 1 : 58) && UInt8(packet.detail >> 8) == icmp.type
      && (icmp.code == nil || icmp.code == UInt8(packet.detail & 0xff))
  }

  private func matches(_ peer: PeerMatch, _ address: AddressPrefix, _ port: UInt16, _ packet: TestPacket) -> Bool {
    if case .among(let prefixes) = peer.prefixes, !prefixes.contains(where: { $0.contains(address) }) { return false }
    if peer.notPrefixes.contains(where: { $0.contains(address) }) { return false }
    if !peer.sets.allSatisfy({ has($0, address) }) || peer.notSets.contains(where: { has($0, address) }) {
      return false
    }
    let isPort = { (match: PortMatch) in packet.hasPorts && self.matches(match, address, port, packet.proto) }
    if case .among(let ports) = peer.ports, !ports.contains(where: isPort) { return false }
    if peer.notPorts.contains(where: isPort) { return false }
    if let set = peer.members, !isPort(.members(set)) { return false }
    return true
  }

  private func matches(_ match: PortMatch, _ address: AddressPrefix, _ port: UInt16, _ proto: UInt8) -> Bool {
    switch match {
    case .range(let range): range.contains(port)
    case .members(let set): members[set]?.contains(.port(address, proto: proto, port: port)) == true
    }
  }

  private func has(_ set: IPSetID, _ address: AddressPrefix) -> Bool {
    (members[set] ?? []).contains { if case .prefix(let prefix) = $0 { prefix.contains(address) } else { false } }
  }
}
