import DataplaneABI
import KernelRuntime

extension NodeFlags {
  @inline(__always) func has(_ other: NodeFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
}

extension IPFamily {
  /// `bpfEnforceRPF`: whether the host has a route to who sent a packet from outside, by the interface it came in by if that is
  /// wanted. For packets that open a flow, or whose flow comes in by another interface than before.
  @inline(never)
  static func checkWayBack(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) {
    // The node that passed it on has asked.
    if packet.pointee.cameThroughTunnel { return }
    guard let node = Node.state, let scratch = Scratch.current else { throw .noWayBack }
    let flags = node.pointee.flags
    guard flags.has(.wantsWayBack) || flags.has(.wantsSameWayBack) else { return }
    let question = withUnsafeMutablePointer(to: &scratch.pointee.question) { $0 }
    let (sender, receiver) = (neighbour(packet.pointee.source), neighbour(packet.pointee.destination))
    question.pointee.family = UInt8(truncatingIfNeeded: sender.family)
    question.pointee.proto = packet.pointee.proto
    question.pointee.sourcePort = packet.pointee.destinationPort
    question.pointee.destinationPort = packet.pointee.sourcePort
    question.pointee.length = 0
    question.pointee.interfaceIndex = packet.pointee.interfaceIndex
    question.pointee.service = 0
    question.pointee.source = receiver.nextHop
    question.pointee.destination = sender.nextHop
    question.pointee.vlan = 0
    let answer = buffer.ask(question)
    guard flags.has(.wantsSameWayBack) else {
      guard answer == .found || answer == .noNeighbour || answer == .encapsulated else { throw .noWayBack }
      return
    }
    guard answer == .found || answer == .noNeighbour,
      question.pointee.interfaceIndex == packet.pointee.interfaceIndex
    else { throw .noWayBack }
  }
}
