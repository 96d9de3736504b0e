import DataplaneABI
import KernelRuntime

/// What became of a packet that belongs to no known flow.
enum Opening {
  /// It has an entry now.
  case tracked
  /// It goes to a service, whose backend is chosen; `openService` has to track it.
  case service
  /// It is the host stack's.
  case left
}

extension IPFamily {
  /// Tracks a flow that nothing translates. `arrival` is where its packets come in; 0 from the host itself.
  @inline(__always)
  static func openPlain(_ packet: PacketPointer<Self>, arrival: UInt32) throws(Drop) {
    let openerIsA = packet.pointee.sourceIsA
    let entry = try newEntry(openerIsA: openerIsA, arrival: arrival, now: packet.pointee.now)
    try resolve(packet.pointee.destination, entry.leg(fromA: openerIsA), entry.nextHop())
    expectAnswers(entry, openerIsA: openerIsA)
    let result = conntrack.update(packet.key(), entry, .create)
    // Another CPU may have been quicker with a packet of the same flow.
    guard result == .done || result == .exists else { throw .conntrackFull }
  }

  /// Tracks a flow to the chosen backend of a service: {client, backend} for the answers, then {client, service} for what the
  /// client sends.
  @inline(never)
  static func openService(_ packet: PacketPointer<Self>) throws(Drop) {
    let backend = try chosenBackend(packet)
    let openerIsA = ConntrackKey.sourceIsA(
      packet.pointee.source, packet.pointee.sourcePort, backend.pointee.address, backend.pointee.port)
    let entry = try newEntry(
      openerIsA: openerIsA, arrival: packet.pointee.interfaceIndex, now: packet.pointee.now)
    try resolve(backend.pointee.address, entry.leg(fromA: openerIsA), entry.nextHop())
    expectAnswers(entry, openerIsA: openerIsA)
    setTranslation(.source, packet, backend, entry)
    packet.pointee.answersKey = ConntrackKey(
      proto: packet.pointee.proto, source: packet.pointee.source, sourcePort: packet.pointee.sourcePort,
      destination: backend.pointee.address, destinationPort: backend.pointee.port)
    try addAnswers(packet.answersKey(), entry, for: packet)

    if openerIsA != packet.pointee.sourceIsA { swap(&entry.pointee.aToB, &entry.pointee.bToA) }
    setTranslation(.destination, packet, backend, entry)
    guard conntrack.update(packet.key(), entry, .any) == .done else {
      conntrack.delete(packet.answersKey())
      throw .conntrackFull
    }
    count(.serviceFlow, packet.pointee.interfaceIndex, .ingress)
    count(.newFlow, packet.pointee.interfaceIndex, .ingress)
  }

  /// {client, backend} may be taken: fine if it is this service's, or its flow is over.
  @inline(__always)
  private static func addAnswers(
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>, for packet: PacketPointer<Self>
  ) throws(Drop) {
    var result = conntrack.update(key, entry, .create)
    if result == .exists {
      if let other = conntrack.lookup(key) {
        let isOurs =
          other.pointee.translation.kind == .source
          && other.pointee.translation.address == packet.pointee.destination
          && other.pointee.translation.port == packet.pointee.destinationPort
        guard isOurs || reopen(key, other, packet.pointee.now) else { throw .natCollision }
      }
      result = conntrack.update(key, entry, .any)
    }
    guard result == .done else { throw .conntrackFull }
  }

  /// An untranslated entry in this CPU's scratch memory. Its answering direction is resolved by its first packet: it has
  /// the generation before this one.
  @inline(__always)
  private static func newEntry(
    openerIsA: Bool, arrival: UInt32, now: UInt64
  ) throws(Drop) -> EntryPointer<Self> {
    guard let scratch = Scratch.current else { throw .conntrackFull }
    let entry = scratchEntry(scratch)
    let generation = routeGeneration
    entry.pointee.created = now
    entry.pointee.lastSeen = now
    entry.leg(fromA: openerIsA).pointee = ConntrackLeg(
      flags: .opener | .approved, arrivalInterface: arrival, generation: generation)
    entry.leg(fromA: !openerIsA).pointee = ConntrackLeg(
      flags: .approved, arrivalInterface: 0, generation: generation &- 1)
    entry.pointee.translation = .none
    entry.pointee.nextHop = .any
    return entry
  }

  /// Answers come from where the opener's packets go, if that is a pod of this node; otherwise from wherever routes allow.
  @inline(__always)
  private static func expectAnswers(_ entry: EntryPointer<Self>, openerIsA: Bool) {
    let opener = entry.leg(fromA: openerIsA)
    guard opener.pointee.forwarding == .workload else { return }
    entry.leg(fromA: !openerIsA).pointee.arrivalInterface = opener.pointee.interfaceIndex
  }
}
