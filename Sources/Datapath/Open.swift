import DataplaneABI
import KernelRuntime

/// What became of a packet that belongs to no known flow.
enum Opening {
  /// It has an entry.
  case tracked
  /// Policies are to be asked; `Packet.pending` says what follows.
  case asked
  /// It is the host stack's.
  case left
  /// It waits for the first fragment of its packet.
  case held
  /// So it does if there is room; otherwise the host stack has it.
  case heldForHost
}

extension IPFamily {
  /// Tracks a flow that nothing translates. `arrival` is where its packets come in, 0 from the host itself; `way` is the route to
  /// its destination, nil for none.
  @inline(__always)
  static func openPlain(
    _ packet: PacketPointer<Self>, arrival: UInt32, from sender: Sender,
    along way: UnsafeMutablePointer<Route<Address>>?
  ) throws(Drop) {
    let openerIsA = packet.pointee.sourceIsA
    let entry = try newEntry(openerIsA: openerIsA, arrival: arrival, now: packet.pointee.now)
    let flags = try lead(entry, fromA: openerIsA, along: way)
    if sender == .workload { try checkDestination(flags, packet) }
    expectAnswers(entry, openerIsA: openerIsA)
    let result = insert(packet.key(), entry, .create)
    // Another CPU may have been quicker with a packet of the same flow.
    guard result == .done || result == .exists else { throw .conntrackFull }
  }

  /// Tracks a flow whose packets become `translated`: the entry of its answers, then that of what the opener sends.
  @inline(never)
  static func openTranslated(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, arrival: UInt32, from sender: Sender
  ) throws(Drop) {
    let hook = sender.hook
    try prepareEntry(packet, arrival: arrival, sender)
    guard let scratch = Scratch.current else { throw .conntrackFull }
    let entry = scratchEntry(scratch)
    try claimAnswers(buffer, packet, entry, hook)
    if !entry.leg(fromA: packet.pointee.sourceIsA).pointee.flags.has(.opener) { mirror(entry) }
    setTranslation(.opener, packet, entry)
    guard insert(packet.key(), entry, .any) == .done else {
      conntrack.delete(packet.answersKey())
      throw .conntrackFull
    }
    countFlow(
      packet.pointee.interfaceIndex, hook.rawValue, isToService: packet.pointee.backend.id != 0 ? 1 : 0, isRelayed: 0)
  }

  /// The entry of a translated flow without its translation, in scratch memory. A subprogram: its stack is free again when
  /// the deep calls come.
  @inline(never)
  private static func prepareEntry(_ packet: PacketPointer<Self>, arrival: UInt32, _ sender: Sender) throws(Drop) {
    let openerIsA = sourceIsA(packet.translated())
    let entry = try newEntry(openerIsA: openerIsA, arrival: arrival, now: packet.pointee.now)
    let flags = try lead(entry, fromA: openerIsA, along: way(packet))
    if sender == .workload { try checkDestination(flags, packet) }
    if sender != .host {
      // Its first packet asks for the way out, or how long packets may be there.
      let leg = entry.leg(fromA: openerIsA)
      if leg.pointee.forwarding == .stack, packet.pointee.ends.has(.source),
        !isHere(packet.pointee.translated.destination)
      {
        leg.pointee.generation = leg.pointee.generation &- 1
      }
    }
    if sender == .network {
      isFromOutside(entry)
      returnThroughTunnel(packet, entry, openerIsA: openerIsA)
    }
    expectAnswers(entry, openerIsA: openerIsA)
  }

  /// An untranslated entry in this CPU's scratch memory. Its answering direction is resolved by its first packet: it has
  /// the generation before this one.
  @inline(__always)
  static func newEntry(
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
    entry.pointee.nextHopAToB = .any
    entry.pointee.nextHopBToA = .any
    entry.pointee.padding = 0
    return entry
  }

  /// Answers come from where the opener's packets go, if that is a pod of this node; otherwise from wherever routes allow.
  @inline(__always)
  private static func expectAnswers(_ entry: EntryPointer<Self>, openerIsA: Bool) {
    let opener = entry.leg(fromA: openerIsA)
    guard opener.pointee.forwarding == .workload else { return }
    entry.leg(fromA: !openerIsA).pointee.arrivalInterface = opener.pointee.interfaceIndex
  }

  /// Exchanges the two directions: the same flow under a key that sorts its ends the other way.
  @inline(never)
  static func mirror(_ entry: EntryPointer<Self>) {
    swap(&entry.pointee.aToB, &entry.pointee.bToA)
    swap(&entry.pointee.nextHopAToB, &entry.pointee.nextHopBToA)
  }
}
