import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// An ICMP error that came in at an interface. One about a flow that is known goes where that flow's packets go; any other
  /// is left to the host stack.
  @inline(never)
  static func relateAndForward(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) -> Verdict {
    guard readQuote(buffer, packet), let entry = flow(packet.otherKey()) else {
      return try leaveUnrelated(packet, sender)
    }
    let fromA = sourceIsA(packet.translated())
    _ = try checkSource(
      packet, from: sender, isRelayedAnswer: isRelayedAnswer(packet, entry, fromA: fromA))
    let generation = entry.leg(fromA: fromA).pointee.generation
    try renew(entry, packet.pointee.destination, fromA: fromA, packet, sender)
    // Policies have not been asked: the flow's next packet has that done.
    entry.leg(fromA: fromA).pointee.generation = generation
    if entry.leg(fromA: fromA).pointee.forwarding == .stack {
      try resolveAnswers(buffer, packet, entry, fromA: fromA ? 1 : 0)
    }
    try translateError(buffer, packet, entry)
    let view = buffer.view()
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    let staysHere = entry.leg(fromA: fromA).pointee.forwarding == .stack
    if !staysHere, packet.pointee.hopLimit <= 1 { throw .ttlExceeded }
    let difference = packet.pointee.errorDifference
    finish(header, decrement: !staysHere, addressDifference: difference)
    if sender == .network { keepWholeSum(buffer, decrement: !staysHere, addressDifference: difference) }
    return staysHere ? leave(buffer) : try send(buffer, view, packet, entry, fromA: fromA)
  }

  /// An ICMP error that the host stack sends to a pod, or passes on to it.
  @inline(never)
  static func relateInPlace(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    guard readQuote(buffer, packet), let entry = flow(packet.otherKey()) else {
      count(.notOurs, packet.pointee.interfaceIndex, .egress)
      guard !isOwn(buffer) else { return .next }
      beginTranslation(packet)
      _ = try ask(packet, .pass, receiver: way(packet), from: .host)
      return .ask
    }
    try translateError(buffer, packet, entry)
    guard let header = buffer.view().at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    finish(header, decrement: false, addressDifference: packet.pointee.errorDifference)
    return .next
  }

  /// What the host stack has to say to the node itself, about a packet that it got with a translated source, goes to the pod that sent
  /// the packet.
  @inline(never)
  static func relateToPod(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    guard readQuote(buffer, packet), let entry = flow(packet.otherKey()),
      entry.pointee.translation.kind == .answers
    else { return .next }
    let fromA = sourceIsA(packet.translated())
    let leg = entry.leg(fromA: fromA)
    guard !leg.pointee.flags.has(.opener), leg.pointee.forwarding != .stack else { return .next }
    let generation = leg.pointee.generation
    try renew(entry, packet.pointee.destination, fromA: fromA, packet, .host)
    leg.pointee.generation = generation
    guard leg.pointee.forwarding == .workload else { return .next }
    try translateError(buffer, packet, entry)
    let view = buffer.view()
    guard let header = view.at(headerOffset, as: Header.self), let ethernet = view.at(0, as: EthernetAddresses.self)
    else { throw .rewriteFailed }
    finish(header, decrement: false, addressDifference: packet.pointee.errorDifference)
    ethernet.pointee = EthernetAddresses(destination: leg.pointee.mac, source: .gateway)
    buffer.mark |= Mark.seen
    return Kernel.redirect(outOf: leg.pointee.interfaceIndex)
  }

  @inline(__always)
  private static func leaveUnrelated(_ packet: PacketPointer<Self>, _ sender: Sender) throws(Drop) -> Verdict {
    if sender == .workload {
      _ = try checkSource(packet, from: sender)
      beginTranslation(packet)
      let event: CounterIndex = isMulticast(packet.pointee.destination) ? .notOurs : .toStack
      _ = try leaveIfAllowed(event, packet, receiver: nil, from: sender)
      return .ask
    }
    var event = CounterIndex.toStack
    if let route = route(to: packet.pointee.destination) {
      // The pod has its say where the stack sends it on.
      if route.pointee.flags.has(.localWorkload) {
        _ = try checkSource(packet, from: sender)
      } else if route.pointee.flags.has(.local) {
        event = .toHost
      }
    }
    count(event, packet.pointee.interfaceIndex, sender.hook)
    return .next
  }
}
