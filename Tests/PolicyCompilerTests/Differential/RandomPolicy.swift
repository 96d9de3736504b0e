import Policy

/// What random policies, sets and packets are made of.
enum RandomPolicy {
  static let sets = (0..<6).map { IPSetID("set \($0)") }
  static let portSets = (0..<4).map { IPSetID("ports \($0)") }

  static func prefixes(_ family: AddressFamily) -> [AddressPrefix] {
    let texts =
      family == .ipv4
      ? [
        "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "10.1.1.128/25", "10.1.1.1/32", "10.1.1.2/32",
        "10.1.1.128/32", "10.1.2.0/23", "128.0.0.0/1", "192.0.2.0/31", "255.255.255.255/32", "10.1.0.0/32",
      ]
      : [
        "::/0", "fd00::/8", "fd00:1::/32", "fd00:1:0:1::/64", "fd00:1:0:1:8000::/65", "fd00:1:0:1::1/128",
        "fd00:1::2/128", "8000::/1", "fd00:1:0:1::/127", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "::1/128",
      ]
    return texts.map(prefix)
  }

  static func hosts(_ family: AddressFamily) -> [AddressPrefix] {
    let texts =
      family == .ipv4
      ? [
        "10.0.0.0", "10.255.255.255", "10.1.0.0", "10.1.255.255", "10.1.1.0", "10.1.1.1", "10.1.1.2", "10.1.1.127",
        "10.1.1.128", "10.1.1.129", "10.1.2.1", "10.1.3.255", "10.1.4.0", "128.0.0.1", "192.0.2.0", "192.0.2.1",
        "192.0.2.2", "255.255.255.255", "0.0.0.0",
      ]
      : [
        "::", "::1", "fd00::", "fd00:1::", "fd00:1::2", "fd00:1:0:1::", "fd00:1:0:1::1", "fd00:1:0:1::2",
        "fd00:1:0:1:7fff::", "fd00:1:0:1:8000::", "fd00:1:0:2::1", "fe00::1", "8000::1", "7fff::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      ]
    return texts.map(prefix)
  }

  static let protocols: [UInt8] = [6, 6, 17, 132, 1, 58, 47, 0, 255]
  static let ports: [UInt16] = [0, 1, 79, 80, 81, 443, 1000, 8080, 65_534, 65_535]
  /// Types and codes of ICMP that rules know.
  static let messages: [UInt16] = [0x0000, 0x0300, 0x0301, 0x0800, 0x80ff, 0x8000, 0xffff]

  static func policy(_ chance: inout Chance, _ family: AddressFamily) -> EffectivePolicy {
    let stages = (0..<chance.below(4)).map { _ in
      let count = chance.once(in: 12) ? 60 + chance.below(90) : chance.below(8)
      let rules = (0..<count).map { _ in rule(&chance, family) }
      return PolicyStage(rules, chance.once(in: 2) ? .pass : .deny)
    }
    return EffectivePolicy(direction: chance.once(in: 2) ? .ingress : .egress, stages: stages)
  }

  private static func rule(_ chance: inout Chance, _ family: AddressFamily) -> EffectiveRule {
    var match = RuleMatch()
    if chance.once(in: 10) { match.family = chance.pick(AddressFamily.allCases) }
    // Few conditions, or no packet would match.
    for _ in 0..<chance.below(4) { restrict(&match, &chance, family) }
    return EffectiveRule(chance.pick([.allow, .allow, .deny, .deny, .pass, .log]), match)
  }

  private static func restrict(_ match: inout RuleMatch, _ chance: inout Chance, _ family: AddressFamily) {
    switch chance.below(8) {
    case 0: match.transport.proto = chance.pick(protocols)
    case 1: match.transport.notProto = chance.pick(protocols)
    case 2:
      let message = chance.pick(messages)
      let icmp = ICMPMatch(
        type: UInt8(message >> 8), code: chance.once(in: 2) ? UInt8(message & 0xff) : nil)
      if chance.once(in: 2) { match.transport.icmp = icmp } else { match.transport.notICMP = icmp }
    case 3, 4: restrict(&match.source, &chance, family)
    default: restrict(&match.destination, &chance, family)
    }
  }

  private static func restrict(_ peer: inout PeerMatch, _ chance: inout Chance, _ family: AddressFamily) {
    switch chance.below(8) {
    case 0: peer.prefixes = .among(prefixes(&chance, family, 4))
    case 1: peer.notPrefixes = prefixes(&chance, family, 3)
    case 2: peer.sets = Set((0..<1 + chance.below(2)).map { _ in chance.pick(sets) })
    case 3: peer.notSets = Set((0..<1 + chance.below(2)).map { _ in chance.pick(sets) })
    case 4, 5: peer.ports = .among(Set((0..<chance.below(4)).map { _ in port(&chance) }))
    case 6: peer.notPorts = Set((0..<1 + chance.below(3)).map { _ in port(&chance) })
    default: peer.members = chance.pick(portSets)
    }
  }

  private static func prefixes(_ chance: inout Chance, _ family: AddressFamily, _ most: Int) -> Set<AddressPrefix> {
    Set(
      (0..<chance.below(most)).map { _ in
        chance.pick(prefixes(chance.once(in: 8) ? (family == .ipv4 ? .ipv6 : .ipv4) : family))
      })
  }

  private static func port(_ chance: inout Chance) -> PortMatch {
    if chance.once(in: 3) { return .members(chance.pick(portSets)) }
    let (one, two) = (chance.pick(ports), chance.once(in: 2) ? chance.pick(ports) : nil)
    return .range(min(one, two ?? one)...max(one, two ?? one))
  }

  static func change(_ chance: inout Chance, _ family: AddressFamily) -> MembershipSeed {
    guard chance.once(in: 3) else {
      let prefix = chance.pick(chance.once(in: 2) ? prefixes(family) : hosts(family))
      return MembershipSeed(set: chance.pick(sets), member: .prefix(prefix), isMember: !chance.once(in: 3))
    }
    let member = IPSetMember.port(
      chance.pick(hosts(family)), proto: chance.pick([6, 6, 17, 132]), port: chance.pick(ports))
    return MembershipSeed(set: chance.pick(portSets), member: member, isMember: !chance.once(in: 3))
  }

  /// A packet, often one that a member of a set would send or get.
  static func packet(
    _ chance: inout Chance, _ family: AddressFamily, _ members: [IPSetID: Set<IPSetMember>]
  ) -> TestPacket {
    var packet = TestPacket(
      source: chance.pick(hosts(family)), destination: chance.pick(hosts(family)), proto: chance.pick(protocols))
    if chance.once(in: 2), case .port(let address, let proto, let port)? = member(&chance, family, members) {
      packet.proto = proto
      packet.sourcePort = chance.pick(ports)
      packet.detail = chance.pick(ports)
      if chance.once(in: 2) {
        (packet.destination, packet.detail) = (address, port)
      } else {
        (packet.source, packet.sourcePort) = (address, port)
      }
    } else if packet.hasPorts {
      packet.sourcePort = near(chance.pick(ports), &chance)
      packet.detail = near(chance.pick(ports), &chance)
    } else if packet.proto == (family == .ipv4 ? 1 : 58) {
      packet.detail = near(chance.pick(messages), &chance)
    }
    return packet
  }

  private static func near(_ port: UInt16, _ chance: inout Chance) -> UInt16 { port &+ UInt16(chance.below(3)) &- 1 }

  private static func member(
    _ chance: inout Chance, _ family: AddressFamily, _ members: [IPSetID: Set<IPSetMember>]
  ) -> IPSetMember? {
    let set = members[chance.pick(portSets)] ?? []
    // Sets have no order that a seed would repeat, so members are guessed.
    for _ in 0..<60 where !set.isEmpty {
      let guess = IPSetMember.port(
        chance.pick(hosts(family)), proto: chance.pick([6, 17, 132]), port: chance.pick(ports))
      if set.contains(guess) { return guess }
    }
    return nil
  }
}

/// A change of a set, as a seed makes it.
struct MembershipSeed {
  let set: IPSetID
  let member: IPSetMember
  let isMember: Bool
}
