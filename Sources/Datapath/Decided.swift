import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Goes on with a packet that policies have decided about: its flow is tracked, or resolved anew, and it is sent on.
  @inline(__always)
  static func proceed(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ sender: Sender) throws(Drop) -> Verdict {
    try checkDecision()
    if packet.pointee.pending == .pass { return .next }
    let isKnown = packet.pointee.pending == .refresh
    if !isKnown {
      packet.pointee.isCounted = 0
      try track(buffer, packet, sender)
      if sender != .host, packet.pointee.isCounted != 0 { return try forwardFirst(buffer, packet, sender) }
    }
    guard let entry = isKnown ? flow(packet.key()) : opened(packet) else { throw .conntrackFull }
    if sender == .network, packet.pointee.cameThroughTunnel { followTunnel(packet, entry) }
    var view = buffer.view()
    if sender == .host { return try deliver(buffer, &view, packet, entry) }
    return try forward(buffer, &view, packet, entry, sender, asks: false)
  }

  /// Whether policies let the packet through.
  @inline(__always)
  private static func checkDecision() throws(Drop) {
    guard let question = PolicyQuestion.current else { throw .noPolicy }
    switch question.pointee.isDenied {
    case 0: return
    case 1: throw .policy
    default: throw .noPolicy
    }
  }

  /// Makes the entries of a flow that begins.
  @inline(__always)
  private static func track(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ sender: Sender) throws(Drop) {
    let arrival = sender == .host ? 0 : packet.pointee.arrival
    if sender == .network, packet.pointee.pending == .relayed { return try openRelayed(packet) }
    if sender != .host, packet.pointee.pending == .translated {
      return try openTranslated(buffer, packet, arrival: arrival, from: sender)
    }
    try openPlain(packet, arrival: arrival, from: sender, along: way(packet))
    count(.newFlow, packet.pointee.interfaceIndex, sender.hook)
  }
}
