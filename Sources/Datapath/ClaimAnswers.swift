import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Makes the entry of a translated flow's answers, under a tuple that no other flow has. A source that is translated gets
  /// a port of the node's range; any other keeps its port unless that is taken.
  @inline(__always)
  static func claimAnswers(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ hook: Hook
  ) throws(Drop) {
    if !packet.pointee.ends.has(.source) {
      let result = claim(packet, entry)
      if result == .done { return }
      guard result == .exists else { throw .conntrackFull }
      packet.pointee.ends = TranslatedEnds(
        rawValue: packet.pointee.ends.rawValue | TranslatedEnds.source.rawValue)
      count(.portCollision, packet.pointee.interfaceIndex, hook)
    }
    // Without ports there is nothing to tell flows apart by.
    guard packet.pointee.hasPorts || packet.pointee.kind == .echo else {
      guard claim(packet, entry) == .done else { throw .natCollision }
      return
    }
    try claimPort(buffer, packet, entry)
  }

  /// Gives the source a port of the node's range.
  @inline(never)
  private static func claimPort(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    guard findPort(buffer, packet) else { throw .sourcePortsExhausted }
    let result = claim(packet, entry)
    if result == .done { return }
    // Another CPU was quicker; the sender will try again.
    throw result == .exists ? .natCollision : .conntrackFull
  }

  /// Writes the entry of the answers to what `translated` says now. `exists` if another live flow has that tuple.
  @inline(never)
  private static func claim(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) -> MapResult {
    let key: KeyPointer<Self> = packet.answersKey()
    setKey(key, packet.translated(), packet.pointee.proto)
    if !entry.leg(fromA: sourceIsA(packet.translated())).pointee.flags.has(.opener) { mirror(entry) }
    setTranslation(.answers, packet, entry)
    if packet.pointee.proto == IPProtocolNumber.tcp, mayHaveGivenUp, isKeptByAnother(packet) { return .exists }
    let result = insert(key, entry, .create)
    guard result == .exists else { return result }
    if let other = flow(key) {
      guard isAnswers(other, of: packet) || reopen(key, packet, other) else { return .exists }
    }
    return insert(key, entry, .any)
  }

  /// Whether the answers' tuple is that of a connection that the table gave up: it goes on with its next packet.
  @inline(__always)
  private static func isKeptByAnother(_ packet: PacketPointer<Self>) -> Bool {
    let key: KeyPointer<Self> = packet.answersKey()
    guard let other = kept(key) else { return false }
    return !isAnswers(other, of: packet) && !reopen(key, packet, other)
  }

  /// Whether an entry is that of this very flow's answers: left by an earlier run of it, or by another CPU just now.
  @inline(__always)
  private static func isAnswers(_ entry: EntryPointer<Self>, of packet: PacketPointer<Self>) -> Bool {
    let translation = entry.translation()
    return translation.pointee.kind == .answers
      && translation.pointee.tuple.source == packet.pointee.destination
      && translation.pointee.tuple.destination == packet.pointee.source
      && translation.pointee.tuple.sourcePort == packet.pointee.destinationPort
      && translation.pointee.tuple.destinationPort == packet.pointee.sourcePort
  }
}
