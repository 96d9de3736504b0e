import DataplaneABI
import KernelRuntime

extension NodeFlags {
  @inline(__always) func has(_ other: NodeFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
}

extension IPFamily {
  /// `bpfEnforceRPF`: whether the host has a route to who sent a packet from outside, by the interface it came in by if that is
  /// wanted. For packets that open a flow, or whose flow comes in by another interface than before. Services' answers have a mark.
  @inline(never)
  static func checkWayBack(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, isForService: Bool
  ) throws(Drop) {
    // The node that passed it on has asked.
    if packet.pointee.cameThroughTunnel { return }
    guard let node = Node.state, let scratch = Scratch.current else { throw .noWayBack }
    let flags = node.pointee.flags
    guard flags.has(.wantsWayBack) || flags.has(.wantsSameWayBack) else { return }
    let question = withUnsafeMutablePointer(to: &scratch.pointee.question) { $0 }
    let answer = askRoute(
      buffer, packet, question, from: packet.pointee.destination, packet.pointee.destinationPort,
      to: packet.pointee.source, packet.pointee.sourcePort, length: 0,
      mark: isForService ? node.pointee.externalMark : 0, at: packet.pointee.interfaceIndex)
    guard flags.has(.wantsSameWayBack) else {
      guard answer == .found || answer == .noNeighbour || answer == .encapsulated else { throw .noWayBack }
      return
    }
    guard answer == .found || answer == .noNeighbour,
      question.pointee.interfaceIndex == packet.pointee.interfaceIndex
    else { throw .noWayBack }
  }
}
