import DataplaneABI
import KernelRuntime

/// Two ends that talk: what a flow that lives looks like. What the other end answers depends on what came through to it.
struct Conversation {
  let first: Frame
  /// What is left to be said: whether by the client, and with which TCP flags.
  private var script: [(byClient: Bool, flags: UInt8)]
  /// What the client's last packet became.
  private var came: [UInt8]?
  private var isWaiting = false
  /// Whether what the client sends comes through another node.
  private var isRelayed = false

  static func random(_ chance: inout Chance) -> Conversation {
    let family = RandomFrame.family(&chance)
    let client = chance.pick([
      Place.pod(1), .pod(1), .pod(1), .pod(2), .pod(3), .node(1), .outside(1), .outside(1), .outside(2),
      .pod(9, node: 2),
    ])
    let server = chance.pick(servers(of: client))
    let transport: Frame.Transport =
      switch chance.below(7) {
      case 0...2: .syn
      case 3, 4: .udp
      case 5: .initiation
      default: .icmp(type: family.echoRequest, identifier: UInt16(chance.below(3)))
      }
    let frame = Frame(
      family: family, source: client, sourcePort: chance.pick([40_000, 40_001]), destination: server,
      destinationPort: chance.pick(ports(of: server)),
      transport: transport,
      payload: chance.bytes(chance.pick([0, 12, 40])))
    var conversation = Conversation(first: frame, script: script(&chance))
    conversation.isRelayed = client.isOutside && chance.once(in: 3)
    return conversation
  }

  /// Another one of the same client from the same port: with a service, or past it with the backend that the last one got.
  func rival(_ chance: inout Chance) -> Conversation {
    var frame = first
    if first.destination.network == Place.service(0).network, let came, let backend = FrameShape(came).destination(came)
    {
      (frame.destination, frame.destinationPort) = (backend, 8080)
    } else {
      (frame.destination, frame.destinationPort) = (chance.pick([.service(10), .service(11), .service(12)]), 80)
    }
    return Conversation(first: frame, script: Self.script(&chance))
  }

  private static func ports(of server: Place) -> [UInt16] {
    switch server.network {
    case 96: [80, 80, 80, 80, 53]
    case 77: [8080, 80, RandomFrame.nodePort, RandomFrame.nodePort, RandomFrame.nodePort]
    default: [8080, 8080, 80, 53]
    }
  }

  /// Whom there is something to do for if a client talks to it.
  private static func servers(of client: Place) -> [Place] {
    let services: [Place] = [.service(10), .service(10), .service(11), .service(12)]
    return switch (client.network, client.host) {
    case (77, _): services + [.pod(1), .node(1), .node(2)]
    case (200, _): services + [.pod(1), .pod(2), .node(1), .node(1), .node(1), .node(1)]
    case (1, _): services + [.pod(1), .pod(2), .pod(9, node: 2), .node(1), .node(2), .outside(1)]
    default: [.pod(1), .pod(2), .pod(3), .node(1)]
    }
  }

  /// A handshake, mostly whole, then data, and one of the ways in which connections end.
  private static func script(_ chance: inout Chance) -> [(byClient: Bool, flags: UInt8)] {
    let (syn, ack, fin, rst) = (TCPFlags.syn, TCPFlags.ack, TCPFlags.fin, TCPFlags.rst)
    var script = [(true, syn), (false, syn | ack), (true, ack)]
    for _ in 0..<chance.below(10) { script.append((chance.once(in: 2), ack)) }
    switch chance.below(5) {
    case 0: script += [(true, fin | ack), (false, fin | ack), (true, ack)]
    case 1: script.append((chance.once(in: 2), rst))
    case 2: script.append((chance.once(in: 2), rst | ack))
    case 3: script += [(true, rst), (true, syn), (false, syn | ack)]
    default: break
    }
    if chance.once(in: 6) { script.remove(at: chance.below(script.count)) }
    return script
  }

  /// The next packet; nil if all is said.
  mutating func next(_ chance: inout Chance) -> Shot? {
    guard !script.isEmpty else { return nil }
    let (byClient, flags) = script.removeFirst()
    isWaiting = byClient
    if byClient {
      var frame = first
      if case .tcp = frame.transport { frame.transport = .tcp(flags: flags) }
      if case .sctp = frame.transport { frame.transport = Self.chunk(like: flags, byClient: true) }
      return Shot(
        program: RandomFrame.program(seeing: frame.source, to: frame.destination, &chance),
        bytes: isRelayed ? Tunnelling.wrapped(frame.bytes, &chance) : frame.bytes)
    }
    guard let came else { return nil }
    let inner = Tunnelling.unwrapped(came)
    var bytes = Answer.to(inner ?? came)
    // What went into a tunnel is answered by what comes out of one.
    if inner != nil {
      Self.say(flags, &bytes)
      return Shot(program: .hostIngress, bytes: Tunnelling.wrapped(bytes, &chance))
    }
    let shape = FrameShape(bytes)
    Self.say(flags, &bytes)
    return Shot(
      program: RandomFrame.program(seeing: shape.source(bytes), to: shape.destination(bytes), &chance), bytes: bytes)
  }

  /// What an association says where a connection has such flags.
  private static func chunk(like flags: UInt8, byClient: Bool) -> Frame.Transport {
    switch flags {
    case TCPFlags.syn: .initiation
    case TCPFlags.syn | TCPFlags.ack: .initiationAck
    case TCPFlags.rst: .chunk(6, byClient: byClient)
    // With the sender's own tag.
    case TCPFlags.rst | TCPFlags.ack: .chunk(6, flags: 1, byClient: !byClient)
    case TCPFlags.fin | TCPFlags.ack: byClient ? .chunk(7, byClient: true) : .chunk(14, byClient: false)
    default: byClient ? .cookieEcho : .cookieAck
    }
  }

  /// The other end's flags or chunk. Checksums are wrong afterwards, which nobody here looks at.
  private static func say(_ flags: UInt8, _ bytes: inout [UInt8]) {
    let shape = FrameShape(bytes)
    if shape.proto == IPProtocolNumber.tcp { Answer.setFlags(flags, &bytes) }
    guard shape.proto == IPProtocolNumber.sctp, bytes.count >= shape.transport + 12,
      case .sctp(let tag, let chunk) = chunk(like: flags, byClient: false)
    else { return }
    bytes.replaceSubrange(shape.transport + 4..<shape.transport + 8, with: tag.octets)
    bytes.replaceSubrange((shape.transport + 12)..., with: chunk)
    let length = UInt16(truncatingIfNeeded: bytes.count - (shape.family == .v4 ? 14 : 54))
    let field = shape.family == .v4 ? 16 : 18
    bytes.replaceSubrange(field..<field + 2, with: length.octets)
  }

  mutating func saw(_ outcome: Outcome) {
    if isWaiting { came = outcome.bytes }
    isWaiting = false
  }
}

/// A packet the other way.
enum Answer {
  /// The same frame with the ends swapped: addresses and, where there are any, ports. Checksums stay right.
  static func to(_ bytes: [UInt8]) -> [UInt8] {
    let shape = FrameShape(bytes)
    guard let (first, size) = shape.addresses, bytes.count >= shape.transport + 4 else { return bytes }
    var bytes = bytes
    for index in 0..<size { bytes.swapAt(first + index, first + size + index) }
    switch (shape.proto, bytes[shape.transport]) {
    case (IPProtocolNumber.icmp, 8): bytes[shape.transport] = 0
    case (IPProtocolNumber.icmpv6, 128): bytes[shape.transport] = 129
    case (IPProtocolNumber.icmp, _), (IPProtocolNumber.icmpv6, _): break
    default: for index in 0..<2 { bytes.swapAt(shape.transport + index, shape.transport + 2 + index) }
    }
    return bytes
  }

  /// Other flags on what may be a TCP header. The checksum is wrong afterwards, which nobody here looks at.
  static func setFlags(_ flags: UInt8, _ bytes: inout [UInt8]) {
    let offset = FrameShape(bytes).transport + 13
    if bytes.count > offset { bytes[offset] = flags }
  }
}
