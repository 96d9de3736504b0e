import DataplaneABI
import KernelRuntime

/// Flows of one family, in any state, possible or not. (Possible ones come of packets.)
enum RandomFlows<Address: TestAddress> {
  private static var places: [Place] {
    [.pod(1), .pod(2), .pod(3), .pod(9, node: 2), .node(1), .service(10), .service(11)]
  }

  static func make(_ chance: inout Chance, _ generation: UInt32) -> [Step] {
    var steps: [Step] = []
    for _ in 0..<(chance.isSound ? 0 : chance.below(6)) {
      let proto = chance.pick([
        IPProtocolNumber.tcp, IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp,
      ])
      let element = flow(proto, &chance, generation)
      if !chance.once(in: 8) { steps.append(.set(element)) }
      guard proto == IPProtocolNumber.tcp, chance.once(in: 6) else { continue }
      steps.append(.set(Element(establishedMap, key: element.key, value: element.value)))
    }
    return steps
  }

  private static var establishedMap: String {
    Address.family == .v4 ? MapName.established4 : MapName.established6
  }

  private static func flow(_ proto: UInt8, _ chance: inout Chance, _ generation: UInt32) -> Element {
    let (opener, other) = (Address(chance.pick(places)), Address(chance.pick(places)))
    let (port, otherPort) = (BigEndian16(chance.pick([40_000, 40_001])), BigEndian16(chance.pick([80, 8080])))
    let openerIsA = ConntrackKey.sourceIsA(opener, port, other, otherPort)
    var value = ConntrackValue<Address>(
      created: age(&chance), aToB: leg(openerIsA ? .opener : [], &chance, generation),
      bToA: leg(openerIsA ? [] : .opener, &chance, generation), translation: .none,
      nextHopAToB: Address(Place.node(2)), nextHopBToA: Address(Place.node(3)))
    value.lastSeen = age(&chance)
    if chance.once(in: 2) { value.translation = translation(&chance) }
    let key = ConntrackKey(
      proto: proto, source: opener, sourcePort: port, destination: other, destinationPort: otherPort)
    return Element(Address.conntrackMap, key, value)
  }

  private static func age(_ chance: inout Chance) -> UInt64 { chance.pick([0, 10, 30, 100, 5000]) * 1_000_000_000 }

  private static func leg(_ flags: LegFlags, _ chance: inout Chance, _ generation: UInt32) -> ConntrackLeg {
    var leg = ConntrackLeg(
      flags: [
        flags, .approved, LegFlags(rawValue: UInt16(chance.below(16))), chance.once(in: 6) ? .backendGone : [],
        chance.once(in: 4) ? .tunnelled : [], chance.once(in: 6) ? .answeredElsewhere : [],
      ],
      arrivalInterface: chance.pick([0, 1, 1, 2, 1 | ConntrackLeg.throughTunnel]),
      generation: generation &- UInt32(chance.below(2)))
    leg.forwarding = ForwardingKind(rawValue: UInt16(chance.below(6)))
    leg.interfaceIndex = UInt32(chance.below(3))
    leg.mtu = chance.pick([0, 0, 0, 60, 1500])
    leg.packets = UInt64(chance.below(5))
    leg.acknowledged = UInt32(chance.below(4)).bigEndian
    leg.initialSequence = UInt32(chance.below(3)).bigEndian
    return leg
  }

  private static func translation(_ chance: inout Chance) -> Translation<Address> {
    Translation(
      tuple: Tuple(
        source: Address(chance.pick(places)), sourcePort: BigEndian16(chance.pick([80, 40_000])),
        destination: Address(chance.pick(places)), destinationPort: BigEndian16(chance.pick([80, 8080]))),
      kind: TranslationKind(rawValue: UInt16(1 + chance.below(3))),
      ends: TranslatedEnds(rawValue: UInt16(chance.below(4))),
      addressDifference: chance.once(in: 8) ? 0 : UInt16.random(in: 0...UInt16.max, using: &chance),
      portDifference: chance.pick([0, 0x1234, 0xffff]),
      backend: BackendKey(id: UInt32(chance.below(4)), ordinal: UInt32(chance.below(3))))
  }
}
