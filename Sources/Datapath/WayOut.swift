import DataplaneABI
import KernelRuntime

// What a service answers leaves the node by what the host's routing tables say, like everything that no route of ours covers. Where
// that is remembered in the flow, the host stack is spared: it would take such packets of other nodes' backends for forged ones,
// since they bear its own address. A node with several interfaces answers, if it may, by the one that the client came by.

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
    ask(buffer, packet, question, at: packet.pointee.interfaceIndex)
    noteLength(packet, question, leg)
  }

  @inline(__always)
  private static func noteLength(
    _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<RouteQuestion>,
    _ leg: UnsafeMutablePointer<ConntrackLeg>
  ) {
    guard packet.pointee.isRouted != 0 else { return }
    if question.pointee.length > 1 {
      leg.pointee.mtu = question.pointee.length
    } else {
      // Asked again once the neighbour is known.
      leg.pointee.generation = leg.pointee.generation &- 1
    }
  }

  /// Asks for the way from `answers.source` to `answers.destination`; `isRouted` says whether there is one.
  @inline(__always)
  private static func ask(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<RouteQuestion>,
    at interface: UInt32, mark: UInt32 = 0, _ flags: RouteQuestionFlags = .none
  ) {
    question.pointee.interfaceIndex = interface
    question.pointee.mark = mark
    put(buffer, packet, question, flags.rawValue)
  }

  /// The answer goes through memory, so that all that may come of it is one path to the verifier.
  @inline(never)
  private static func put(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ question: UnsafeMutablePointer<RouteQuestion>,
    _ flags: UInt32
  ) {
    let answer = askRoute(
      buffer, packet, question, from: packet.pointee.answers.source, packet.pointee.sourcePort,
      to: packet.pointee.answers.destination, packet.pointee.destinationPort, length: 1, mark: question.pointee.mark,
      at: question.pointee.interfaceIndex, RouteQuestionFlags(rawValue: flags))
    // A next hop of the other family (RFC 5549) is nothing that an entry could hold.
    let family = UInt8(truncatingIfNeeded: neighbour(packet.pointee.answers.destination).family)
    let isRouted = question.pointee.family == family && (answer == .found || answer == .noNeighbour)
    packet.pointee.isRouted = isRouted ? 1 : 0
    packet.pointee.isUnrouted = answer == .notForwarded ? 1 : 0
  }

  @inline(__always)
  private static func askWayOut(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ fromA: Bool
  ) throws(Drop) {
    guard let scratch = Scratch.current else { throw .noRoute }
    let leg = entry.leg(fromA: fromA)
    let question = withUnsafeMutablePointer(to: &scratch.pointee.question) { $0 }
    if leg.pointee.flags.has(.opener) {
      ask(buffer, packet, question, at: packet.pointee.interfaceIndex)
    } else {
      findWayOut(buffer, packet, entry.leg(fromA: !fromA).pointee.arrivalInterface)
    }
    guard packet.pointee.isRouted != 0 else {
      // The stack knows more; but not what to make of packets that came out of a tunnel.
      if packet.pointee.cameThroughTunnel { throw .noRoute }
      return
    }
    leg.pointee.forwarding = .neighbour
    leg.pointee.interfaceIndex = question.pointee.interfaceIndex
    entry.nextHop(fromA: fromA).pointee = address(of: question.pointee.destination)
    noteLength(packet, question, leg)
  }

  /// Finds the way by which answers go to a client that comes by the interface `arrival`, and leaves it in `question`. What routing
  /// rules say counts. Where they have nothing to say, the client's own interface is preferred to what the main table would
  /// choose, if that table leads to the client by it, too.
  @inline(never)
  private static func findWayOut(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ arrival: UInt32) {
    guard let scratch = Scratch.current else { return }
    let question = withUnsafeMutablePointer(to: &scratch.pointee.question) { $0 }
    let other = withUnsafeMutablePointer(to: &scratch.pointee.otherQuestion) { $0 }
    ask(buffer, packet, question, at: packet.pointee.interfaceIndex, mark: Node.externalMark)
    // Whoever came through a tunnel is not behind the interface that the tunnel uses.
    if arrival == 0 || arrival & ConntrackLeg.throughTunnel != 0 { return }
    let isRouted = packet.pointee.isRouted
    if isRouted != 0 {
      if question.pointee.interfaceIndex == arrival { return }
      ask(buffer, packet, other, at: packet.pointee.interfaceIndex, .mainTable)
      guard packet.pointee.isRouted != 0, other.pointee.interfaceIndex == question.pointee.interfaceIndex,
        other.pointee.destination == question.pointee.destination
      else {
        packet.pointee.isRouted = 1
        return
      }
    } else if packet.pointee.isUnrouted == 0 {
      return
    }
    ask(buffer, packet, other, at: arrival, .mainTable | .leaving)
    if packet.pointee.isRouted != 0, other.pointee.interfaceIndex == arrival {
      question.pointee = other.pointee
    } else {
      packet.pointee.isRouted = isRouted
    }
  }
}
