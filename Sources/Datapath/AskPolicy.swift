import DataplaneABI
import KernelRuntime

// Policies are asked about the first packet of a flow, and about the next one of each direction after the route generation was
// raised. They are programs of their own: what is known so far waits in scratch memory, and a second program goes on from there.

extension Sender {
  /// Where a packet that it sent goes on once policies have decided.
  @inline(__always) var decided: UInt32 {
    switch self {
    case .workload: PolicySlot.workloadIngress
    case .host: PolicySlot.workloadEgress
    case .network: PolicySlot.hostIngress
    }
  }
}

extension PolicyQuestion {
  @inline(__always) static var current: UnsafeMutablePointer<PolicyQuestion>? {
    var first: UInt32 = 0
    return cali_state.lookup(&first)
  }
}

extension IPFamily {
  /// Has policies asked about a packet that opens a flow, or that no flow will have.
  ///
  /// - Parameters:
  ///   - pending: what follows if they allow.
  ///   - receiver: the route to where it goes as it is translated; nil for none.
  @inline(__always)
  static func ask(
    _ packet: PacketPointer<Self>, _ pending: Pending, receiver: UnsafeMutablePointer<Route<Address>>?,
    from sender: Sender
  ) throws(Drop) -> Opening {
    packet.pointee.pending = pending
    var (source, destination) = (PolicySlot.unenforced, PolicySlot.unenforced)
    // No pod is kept from itself.
    if packet.pointee.translated.destination != packet.pointee.source {
      if sender == .workload { source = packet.pointee.sourcePolicy }
      if let receiver, receiver.pointee.flags.has(.localWorkload) { destination = receiver.pointee.policy }
    }
    try putQuestion(packet, source, destination, sender.decided)
    return .asked
  }

  /// The same about a packet of a flow that is known, if its opener's direction was not seen since policies may have changed.
  @inline(never)
  static func askAgain(
    _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ decided: UInt32
  ) throws(Drop) -> Verdict {
    packet.pointee.pending = .refresh
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    let approved = a.has(.opener) ? entry.pointee.aToB.generation : entry.pointee.bToA.generation
    var (source, destination) = (PolicySlot.unenforced, PolicySlot.unenforced)
    if approved != routeGeneration, entry.pointee.translation.kind != .relayed {
      let isOpener = (packet.pointee.sourceIsA ? a : b).has(.opener)
      recallOpener(packet, entry, isOpener ? 1 : 0)
      let sender = route(to: packet.pointee.answers.source)
      let receiver = route(to: packet.pointee.answers.destination)
      if packet.pointee.answers.source != packet.pointee.answers.destination {
        if let sender, sender.pointee.flags.has(.localWorkload) { source = sender.pointee.policy }
        let isOwn = sender.map { $0.pointee.flags.has(.localHost) } ?? false
        if !isOwn, let receiver, receiver.pointee.flags.has(.localWorkload) { destination = receiver.pointee.policy }
      }
      try putQuestion(packet, source, destination, decided, isOpener ? 1 : 0)
      return .ask
    }
    try putQuestion(packet, source, destination, decided)
    return .ask
  }

  /// Who opened the flow of a packet, and whom its backend is, in `answers`: as policies see a flow.
  @inline(__always)
  private static func recallOpener(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ isOpener: UInt32) {
    let kind = entry.pointee.translation.kind
    let translates = kind != .none && (kind == .opener) == (isOpener != 0)
    if isOpener != 0 {
      packet.pointee.answers = packet.pointee.tuple
      guard translates else { return }
      packet.pointee.answers.destination = entry.pointee.translation.tuple.destination
      packet.pointee.answers.destinationPort = entry.pointee.translation.tuple.destinationPort
      return
    }
    packet.pointee.answers.source = packet.pointee.tuple.destination
    packet.pointee.answers.sourcePort = packet.pointee.tuple.destinationPort
    packet.pointee.answers.destination = packet.pointee.tuple.source
    packet.pointee.answers.destinationPort = packet.pointee.tuple.sourcePort
    guard translates else { return }
    packet.pointee.answers.source = entry.pointee.translation.tuple.destination
    packet.pointee.answers.sourcePort = entry.pointee.translation.tuple.destinationPort
  }

  /// Writes the question of a packet that opens a flow.
  @inline(never)
  private static func putQuestion(
    _ packet: PacketPointer<Self>, _ source: UInt32, _ destination: UInt32, _ decided: UInt32
  ) throws(Drop) {
    packet.pointee.answers.source = packet.pointee.tuple.source
    packet.pointee.answers.sourcePort = packet.pointee.tuple.sourcePort
    packet.pointee.answers.destination = packet.pointee.translated.destination
    packet.pointee.answers.destinationPort = packet.pointee.translated.destinationPort
    try putQuestion(packet, source, destination, decided, 1)
  }

  /// Writes the question of a flow whose ends are in `answers`.
  ///
  /// - Parameters:
  ///   - source: the first slot of the pod that opened it, `PolicySlot.unenforced` for none; `destination` that of its backend.
  ///   - isOpener: 1 if the packet goes the opener's way.
  @inline(never)
  private static func putQuestion(
    _ packet: PacketPointer<Self>, _ source: UInt32, _ destination: UInt32, _ decided: UInt32, _ isOpener: UInt32
  ) throws(Drop) {
    guard let question = PolicyQuestion.current else { throw .noPolicy }
    question.pointee.source = neighbour(packet.pointee.answers.source).nextHop
    question.pointee.destination = neighbour(packet.pointee.answers.destination).nextHop
    question.pointee.dialled = neighbour(packet.pointee.tuple.destination).nextHop
    question.pointee.sourcePort = packet.pointee.hasPorts ? packet.pointee.answers.sourcePort.host : 0
    question.pointee.transport = transport(packet, packet.pointee.answers.destinationPort, isOpener)
    question.pointee.dialledTransport = transport(packet, packet.pointee.tuple.destinationPort, isOpener)
    question.pointee.isDenied = 0
    question.pointee.flags = []
    question.pointee.next2 = decided
    question.pointee.next3 = decided
    let (sends, receives) = (source != PolicySlot.unenforced, destination != PolicySlot.unenforced)
    // Those that pods have not got yet come before the first, where other programs are.
    guard source >= PolicySlot.first, destination >= PolicySlot.first else { throw .noPolicy }
    let egress = source &+ policyFamily &+ 1
    let ingress = destination &+ policyFamily
    question.pointee.first = sends ? egress : receives ? ingress : decided
    question.pointee.next = sends && receives ? ingress : decided
  }

  @inline(__always)
  private static func transport(
    _ packet: PacketPointer<Self>, _ port: BigEndian16, _ isOpener: UInt32
  ) -> PolicyTransport {
    let proto = packet.pointee.proto
    if packet.pointee.hasPorts { return PolicyTransport(proto: proto, detail: port.host) }
    guard proto == icmp else { return PolicyTransport(proto: proto, detail: 0) }
    let isAnswer = isOpener == 0 && packet.pointee.kind == .echo
    return PolicyTransport(proto: proto, detail: isAnswer ? echoRequest : packet.pointee.icmpDetail)
  }
}

/// Goes on to the first of the policies that are asked. One that is not there lets nothing through.
@inline(__always)
func askPolicies(_ buffer: SocketBuffer, _ hook: Hook) -> Verdict {
  if let question = PolicyQuestion.current, let verdict = goOn(buffer, to: question.pointee.first) { return verdict }
  count(Drop.noPolicy, buffer.interfaceIndex, hook)
  return .drop
}

extension Verdict {
  /// No verdict yet: policies are to be asked. Never returned to the kernel.
  @inline(__always) static var ask: Verdict { Verdict(rawValue: 0x7fff_0000) }
}
