import DataplaneABI
import KernelRuntime

// What a service answers leaves the node by what the host's routing tables say, like everything that no route of ours covers. Where
// that is remembered in the flow, the host stack is spared: it would take such packets of other nodes' backends for forged ones,
// since they bear its own address.

extension IPFamily {
  /// The way of a service's answers that the host stack would be left to find.
  @inline(never)
  static func resolveAnswers(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, fromA: UInt32
  ) throws(Drop) {
    let leg = entry.leg(fromA: fromA != 0)
    let kind = entry.pointee.translation.kind
    if leg.pointee.flags.has(.opener) {
      guard kind == .opener, entry.pointee.translation.ends.has(.source) else { return }
      packet.pointee.answers.source = entry.pointee.translation.tuple.source
      packet.pointee.answers.destination = entry.pointee.translation.tuple.destination
      let receiver = route(to: packet.pointee.answers.destination)
      if let receiver, receiver.pointee.flags.has(.local) { return }
      // A pod's packet gets to the stack by an interface that takes the node's own source.
      if leg.pointee.arrivalInterface == packet.pointee.interfaceIndex, isFromPod(packet) {
        askLength(buffer, packet, leg)
        return
      }
      return try askWayOut(buffer, packet, entry, fromA != 0)
    }
    guard kind != .none else { return }
    let isTranslated = kind == .answers
    packet.pointee.answers.source = isTranslated ? entry.pointee.translation.tuple.source : packet.pointee.source
    packet.pointee.answers.destination =
      isTranslated ? entry.pointee.translation.tuple.destination : packet.pointee.destination
    if let receiver = route(to: packet.pointee.answers.destination), receiver.pointee.flags.has(.local) {
      if receiver.pointee.flags.has(.host), isHere(packet.pointee.answers.source) {
        leg.pointee.forwarding = .loopback
      }
      return
    }
    try askWayOut(buffer, packet, entry, fromA != 0)
  }

  @inline(__always) private static func isFromPod(_ packet: PacketPointer<Self>) -> Bool {
    guard let sender = route(to: packet.pointee.source) else { return false }
    return sender.pointee.flags.has(.localWorkload)
  }

  /// How long packets may be that the stack sends on with a translated source: what it says of longer ones, it says to the node itself.
  @inline(__always)
  private static func askLength(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ leg: UnsafeMutablePointer<ConntrackLeg>
  ) {
    guard let scratch = Scratch.current else { return }
    let question = withUnsafeMutablePointer(to: &scratch.pointee.question) { $0 }
    let answer = ask(buffer, packet, question)
    if answer == .found, question.pointee.length > 1 { leg.pointee.mtu = question.pointee.length }
    // Asked again once the neighbour is known.
    if answer == .noNeighbour { leg.pointee.generation = leg.pointee.generation &- 1 }
  }

  /// From `answers.source` to `answers.destination`.
  @inline(__always)
  private static func ask(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<RouteQuestion>
  ) -> RouteAnswer {
    let answer = askRoute(
      buffer, packet, question, from: packet.pointee.answers.source, packet.pointee.sourcePort,
      to: packet.pointee.answers.destination, packet.pointee.destinationPort, length: 1)
    // A next hop of the other family (RFC 5549) is nothing that an entry could hold.
    let family = UInt8(truncatingIfNeeded: neighbour(packet.pointee.answers.destination).family)
    return question.pointee.family == family ? answer : .notForwarded
  }

  @inline(__always)
  private static func askWayOut(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ fromA: Bool
  ) throws(Drop) {
    guard let scratch = Scratch.current else { throw .noRoute }
    let question = withUnsafeMutablePointer(to: &scratch.pointee.question) { $0 }
    let answer = ask(buffer, packet, question)
    guard answer == .found || answer == .noNeighbour else {
      // The stack knows more; but not what to make of packets that came out of a tunnel.
      if packet.pointee.cameThroughTunnel { throw .noRoute }
      return
    }
    let leg = entry.leg(fromA: fromA)
    leg.pointee.forwarding = .neighbour
    leg.pointee.interfaceIndex = question.pointee.interfaceIndex
    entry.nextHop(fromA: fromA).pointee = address(of: question.pointee.destination)
    if answer == .found, question.pointee.length > 1 {
      leg.pointee.mtu = question.pointee.length
    } else {
      // Asked again once the neighbour is known, for how long packets may be.
      leg.pointee.generation = leg.pointee.generation &- 1
    }
  }
}
