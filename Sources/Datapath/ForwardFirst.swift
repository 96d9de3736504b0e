import DataplaneABI
import KernelRuntime

// A flow's first packet is counted in the entry that is made for it before that goes into the table. So it need not be looked up
// there at once: what is left in scratch memory is the same.

extension IPFamily {
  /// Counts a packet from a pod or from the network in the entry that is being made for it, if it goes the usual way: as one piece, and
  /// not through the host stack. `forwardFirst` has to send it on then.
  @inline(__always)
  static func countFirst(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, from sender: Sender) {
    let leg = entry.leg(fromA: packet.pointee.sourceIsA)
    guard sender != .host, packet.pointee.extended == 0, packet.pointee.hopLimit > 1, !exceeds(leg.pointee.mtu, packet),
      leg.pointee.generation == routeGeneration, leg.pointee.forwarding.rawValue > ForwardingKind.stack.rawValue
    else { return }
    if packet.pointee.isSYN { leg.pointee.initialSequence = packet.pointee.sequence }
    leg.pointee.saw(packet.pointee.length, tcpFlags: packet.pointee.tcpFlags)
    packet.pointee.isCounted = 1
  }

  /// Sends a packet on that `countFirst` has counted.
  @inline(never)
  static func forwardFirst(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) -> Verdict {
    guard let scratch = Scratch.current else { throw .conntrackFull }
    let entry = scratchEntry(scratch)
    var view = buffer.view()
    var addressDifference: UInt16 = 0
    if entry.pointee.translation.kind == .opener {
      try translate(buffer, &view, packet, entry)
      addressDifference = entry.pointee.translation.addressDifference
    }
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    finish(header, decrement: true, addressDifference: addressDifference)
    if sender == .network { keepWholeSum(buffer, decrement: true, addressDifference: addressDifference) }
    return try send(buffer, view, packet, entry, fromA: packet.pointee.sourceIsA)
  }
}
