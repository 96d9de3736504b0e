import DataplaneABI
import KernelRuntime

// Connections survive a full conntrack table: what is confirmed is also kept where nothing is given up.

extension LegFlags {
  /// Whether the opener, whose leg this is, has acknowledged nothing yet.
  @inline(__always) var isUnconfirmedOpener: Bool {
    rawValue & (LegFlags.opener.rawValue | LegFlags.ackSeen.rawValue) == LegFlags.opener.rawValue
  }
}

extension IPFamily {
  /// The opener of a TCP connection acknowledges for the first time. If it acknowledges what it was really sent, which whoever
  /// forges its address cannot know, the connection is kept; if not, the packet does not count as an acknowledgement.
  ///
  /// Numbers are chosen here, not legs: one unknown number is like another to the verifier, pointers are not.
  @inline(never)
  static func confirm(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) {
    guard entry.pointee.translation.kind.hasCompanion else {
      guard acknowledges(entry, packet) else { return }
      return keep(packet.key(), entry, packet)
    }
    guard entry.pointee.translation.kind == .opener else { return }
    let otherKey: KeyPointer<Self> = packet.otherKey()
    setCompanionKey(otherKey, of: entry, packet.pointee.proto)
    guard let companion = flow(otherKey), acknowledges(companion, packet) else { return }
    keep(otherKey, companion, packet)
    keep(packet.key(), entry, packet)
  }

  /// Whether the packet acknowledges the SYN of the other side, whose answers `entry` has seen, and perhaps some of what came
  /// after it.
  @inline(__always)
  private static func acknowledges(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) -> Bool {
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    // Nothing to compare with: the answer went another way.
    guard (a.has(.opener) ? b : a).has(.ackSeen) else { return false }
    let (first, second) = (entry.pointee.aToB.initialSequence, entry.pointee.bToA.initialSequence)
    let began = (a.has(.opener) ? second : first).bigEndian
    if packet.pointee.acknowledgement.bigEndian &- began &- 1 < 65536 { return true }
    packet.pointee.tcpFlags &= ~TCPFlags.ack
    return false
  }

  @inline(__always)
  private static func keep(_ key: KeyPointer<Self>, _ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) {
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    entry.pointee.aToB.flags = a.has(.opener) ? a | .ackSeen : a
    entry.pointee.bToA.flags = a.has(.opener) ? b : b | .ackSeen
    guard established.update(key, entry, .any) == .done else {
      return count(.notKept, packet.pointee.interfaceIndex, .ingress)
    }
  }

  /// What is kept of a connection learns that it ends: a full table may give up the entry that knows.
  @inline(__always)
  static func noteEnd(_ packet: PacketPointer<Self>) {
    guard packet.pointee.tcpFlags & (TCPFlags.fin | TCPFlags.rst) != 0, let kept = kept(packet.key()) else { return }
    kept.leg(fromA: packet.pointee.sourceIsA).pointee.saw(0, tcpFlags: packet.pointee.tcpFlags)
    kept.pointee.lastSeen = packet.pointee.now
  }

  /// Puts the entry of a connection that the table gave up back in its place, for a packet that may not open one. False if the
  /// packet belongs to none.
  @inline(never)
  static func recall(_ packet: PacketPointer<Self>, _ hook: UInt32) -> Bool {
    guard !packet.pointee.mayOpen, let kept = kept(packet.key()) else { return false }
    let result = insert(packet.key(), kept, .create)
    count(packet.pointee.interfaceIndex, hook, UInt32(CounterIndex.recalled.rawValue))
    return result == .done || result == .exists
  }
}
