import DataplaneABI
import KernelRuntime

// A client may call a backend directly from the very port that its flow through a service has. What it sends then bears the key
// of that flow's answers. It is a flow of its own: its entry is under a key beside that, and it gets another source port.

extension ConntrackKey {
  /// Whether it is the key of a flow that another one's answers have the key of.
  @inline(__always) var isBeside: Bool { proto & ConntrackKey.beside != 0 }
  /// IANA protocol number.
  @inline(__always) var protocolNumber: UInt8 { UInt8(truncatingIfNeeded: proto) }
}

extension IPFamily {
  /// Whether a packet goes the way of the opener of the translated flow that `entry` has the answers of. That opener's own packets
  /// have another key.
  @inline(__always)
  static func isAnothers(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) -> Bool {
    // Flags are chosen, not legs: one unknown number is like another to the verifier, pointers are not.
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    return entry.pointee.translation.kind == .answers && (packet.pointee.sourceIsA ? a : b).has(.opener)
  }

  /// Gives a packet the key beside that of the flow that it does not belong to. If it may open a flow and that one is over, it
  /// keeps its key, and nobody else has it any more. False if it belongs to the flow.
  @inline(never)
  static func stepsAside(
    _ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) -> Bool {
    guard isAnothers(entry, packet), packet.pointee.hasPorts || packet.pointee.kind == .echo else { return false }
    let key: KeyPointer<Self> = packet.key()
    key.pointee.proto |= ConntrackKey<Address>.beside
    guard packet.pointee.mayOpen, flow(key) == nil else { return true }
    key.pointee.proto = UInt32(packet.pointee.proto)
    try recheck(entry, packet, sender)
    if reopen(key, packet, entry) { return true }
    markShared(entry, packet)
    key.pointee.proto |= ConntrackKey<Address>.beside
    return true
  }

  /// Has all further packets of both flows looked at closely.
  @inline(__always)
  static func markShared(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) {
    let leg = entry.leg(fromA: packet.pointee.sourceIsA)
    leg.pointee.flags = leg.pointee.flags | .shared
  }

  /// Whether a packet of an established connection belongs to one whose neighbour, by whose entry it is found, is over. Only pods'
  /// connections are looked for: the host's own packets, which nothing tracks, would all pay for it.
  @inline(__always)
  static func isLeftAlone(_ packet: PacketPointer<Self>) -> Bool {
    let key: KeyPointer<Self> = packet.key()
    guard !key.pointee.isBeside else { return false }
    key.pointee.proto |= ConntrackKey<Address>.beside
    if flow(key) != nil { return true }
    key.pointee.proto = UInt32(packet.pointee.proto)
    return false
  }

  /// Has a flow that is beside another get a source port of its own; `translated` is what its packets become otherwise.
  @inline(__always)
  static func keepApart(_ packet: PacketPointer<Self>, _ hook: UInt32) throws(Drop) {
    guard packet.pointee.key.isBeside else { return }
    guard packet.pointee.mayOpen else { throw .natCollision }
    let own = TranslatedEnds.source.rawValue | TranslatedEnds.beside.rawValue
    packet.pointee.ends = TranslatedEnds(rawValue: packet.pointee.ends.rawValue | own)
    count(packet.pointee.interfaceIndex, hook, UInt32(CounterIndex.portCollision.rawValue))
  }

  /// A flow beside another that is nothing else: only its source port is translated. A subprogram, off its callers' stack.
  @inline(never)
  static func openBeside(_ packet: PacketPointer<Self>, _ hook: UInt32) throws(Drop) {
    beginTranslation(packet)
    try keepApart(packet, hook)
  }

  /// Makes `key` that of the other entry of a translated flow.
  @inline(__always)
  static func setCompanionKey(_ key: KeyPointer<Self>, of entry: EntryPointer<Self>, _ proto: UInt8) {
    setKey(key, withUnsafeMutablePointer(to: &entry.pointee.translation.tuple) { $0 }, proto)
    guard entry.pointee.translation.kind == .answers, entry.pointee.translation.ends.has(.beside) else { return }
    key.pointee.proto |= ConntrackKey<Address>.beside
  }
}
