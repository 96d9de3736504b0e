/// A packet to send, field by field. What is nil is filled in as it should be; what is set stands as it is, wrong or right.
struct Packet: Equatable {
  // Ethernet
  var destinationMAC: [UInt8] = MAC.gateway
  var sourceMAC: [UInt8] = MAC.client
  var etherType: UInt16?

  // IP
  var source: IP
  var destination: IP
  var ttl: UInt8 = 64
  /// Type of service, or traffic class.
  var trafficClass: UInt8 = 0
  /// IPv4 only.
  var identification: UInt16 = 0x1234
  /// IPv4: flags and offset; 0x4000 is "don't fragment".
  var fragment: UInt16 = 0x4000
  /// Version and header length (IPv4), or version alone in the upper half (IPv6).
  var version: UInt8?
  /// IPv4: bytes of options, a multiple of 4. IPv6: extension headers as they are.
  var options: [UInt8] = []
  /// The protocol number in the IP header, if not the transport's.
  var proto: UInt8?
  /// Total length (IPv4) or payload length (IPv6).
  var ipLength: UInt16?
  var ipChecksum: UInt16?

  var transport: Transport
  var transportChecksum: UInt16?
  var payload: [UInt8] = Array("swift".utf8)

  var family: Family { source.family }

  init(from source: IP, to destination: IP, _ transport: Transport) {
    self.source = source
    self.destination = destination
    self.transport = transport
  }

  /// The same packet with something changed.
  func with(_ change: (inout Packet) -> Void) -> Packet {
    var packet = self
    change(&packet)
    return packet
  }

  /// The packet as it looks one hop later, sent straight into a pod.
  func delivered(to mac: [UInt8]) -> Packet {
    with {
      $0.ttl -= 1
      $0.destinationMAC = mac
      $0.sourceMAC = MAC.gateway
    }
  }

  /// The packet as it looks one hop later; the kernel has yet to fill in the next node's hardware address.
  func forwarded() -> Packet { with { $0.ttl -= 1 } }
}

/// What follows the IP header.
enum Transport: Equatable {
  case tcp(TCP)
  case udp(UDP)
  case icmp(ICMP)
  /// The common header; its chunks are the payload.
  case sctp(SCTP)
  /// Some other protocol, whose bytes are all in the payload.
  case other(UInt8)
}

struct TCP: Equatable {
  static let fin: UInt8 = 0x01
  static let syn: UInt8 = 0x02
  static let rst: UInt8 = 0x04
  static let push: UInt8 = 0x08
  static let ack: UInt8 = 0x10

  var sourcePort: UInt16
  var destinationPort: UInt16
  var flags: UInt8
  /// Each side begins at 1.
  var sequence: UInt32 = 1
  var acknowledgement: UInt32 = 2

  /// A RST comes where the other side expects the next octet.
  mutating func set(flags: UInt8) {
    self.flags = flags
    sequence = flags & TCP.rst == 0 ? 1 : 2
  }
  /// Words of the header.
  var dataOffset: UInt8 = 5
}

struct UDP: Equatable {
  var sourcePort: UInt16
  var destinationPort: UInt16
  var length: UInt16?
}

struct SCTP: Equatable {
  var sourcePort: UInt16
  var destinationPort: UInt16
  var verificationTag: UInt32

  /// A chunk: type, flags, and what it carries.
  static func chunk(_ type: UInt8, flags: UInt8 = 0, _ value: [UInt8] = []) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    return [type, flags] + UInt16(4 + value.count).octets + value + padding
  }

  /// INIT, or its answer, of a side that wants to see `tag`.
  static func initiation(_ tag: UInt32, isAnswer: Bool = false) -> [UInt8] {
    chunk(isAnswer ? 2 : 1, tag.octets + UInt32(65536).octets + [0, 10, 0, 10] + UInt32(1).octets)
  }

  static let abort = chunk(6)
  static let cookieEcho = chunk(10, Array("cookie".utf8))
  static let cookieAck = chunk(11)
  static let shutdownComplete = chunk(14)

  /// DATA with `text` in it.
  static func data(_ text: [UInt8]) -> [UInt8] { chunk(0, flags: 3, [UInt8](repeating: 0, count: 12) + text) }
}

struct ICMP: Equatable {
  var type: UInt8
  var code: UInt8 = 0
  var identifier: UInt16 = 0x4242
  var sequence: UInt16 = 1
}

extension Packet {
  static func tcp(from source: IP, _ sourcePort: UInt16, to destination: IP, _ port: UInt16, _ flags: UInt8) -> Packet {
    Packet(from: source, to: destination, .tcp(TCP(sourcePort: sourcePort, destinationPort: port, flags: flags)))
  }

  static func udp(from source: IP, _ sourcePort: UInt16, to destination: IP, _ port: UInt16) -> Packet {
    Packet(from: source, to: destination, .udp(UDP(sourcePort: sourcePort, destinationPort: port)))
  }

  static func sctp(
    from source: IP, _ sourcePort: UInt16, to destination: IP, _ port: UInt16, tag: UInt32, _ chunks: [UInt8]
  ) -> Packet {
    Packet(
      from: source, to: destination,
      .sctp(SCTP(sourcePort: sourcePort, destinationPort: port, verificationTag: tag))
    ).with { $0.payload = chunks }
  }

  static func icmp(from source: IP, to destination: IP, type: UInt8) -> Packet {
    Packet(from: source, to: destination, .icmp(ICMP(type: type)))
  }

  /// Ends of the flow: address and port; ICMP echo has its identifier, others 0.
  var sourcePort: UInt16 {
    get {
      switch transport {
      case .tcp(let tcp): tcp.sourcePort
      case .udp(let udp): udp.sourcePort
      case .sctp(let sctp): sctp.sourcePort
      case .icmp(let icmp): icmp.identifier
      case .other: 0
      }
    }
    set { setPorts(newValue, destinationPort) }
  }

  var destinationPort: UInt16 {
    get {
      switch transport {
      case .tcp(let tcp): tcp.destinationPort
      case .udp(let udp): udp.destinationPort
      case .sctp(let sctp): sctp.destinationPort
      case .icmp(let icmp): icmp.identifier
      case .other: 0
      }
    }
    set { setPorts(sourcePort, newValue) }
  }

  private mutating func setPorts(_ source: UInt16, _ destination: UInt16) {
    switch transport {
    case .tcp(var tcp):
      tcp.sourcePort = source
      tcp.destinationPort = destination
      transport = .tcp(tcp)
    case .udp(var udp):
      udp.sourcePort = source
      udp.destinationPort = destination
      transport = .udp(udp)
    case .sctp(var sctp):
      sctp.sourcePort = source
      sctp.destinationPort = destination
      transport = .sctp(sctp)
    case .icmp, .other: break
    }
  }

  /// The transport's protocol number.
  var transportProtocol: UInt8 {
    switch transport {
    case .tcp: 6
    case .udp: 17
    case .icmp: family.icmp
    case .sctp: 132
    case .other(let number): number
    }
  }

  /// An answer with both ends exchanged, as the receiver would send it.
  func answer(flags: UInt8 = TCP.ack) -> Packet {
    var answer = self
    answer.source = destination
    answer.destination = source
    answer.sourcePort = destinationPort
    answer.destinationPort = sourcePort
    if case .tcp(var tcp) = answer.transport {
      tcp.set(flags: flags)
      answer.transport = .tcp(tcp)
    }
    if case .icmp(var icmp) = answer.transport {
      icmp.type = family.echoReply
      answer.transport = .icmp(icmp)
    }
    return answer
  }

  /// The same flow's packet with other TCP flags.
  func flags(_ flags: UInt8) -> Packet {
    with {
      guard case .tcp(var tcp) = $0.transport else { return }
      tcp.set(flags: flags)
      $0.transport = .tcp(tcp)
    }
  }
}

/// Hardware addresses of the ends.
enum MAC {
  static let gateway: [UInt8] = [0xee, 0xee, 0xee, 0xee, 0xee, 0xee]
  static let client: [UInt8] = [0x02, 0, 0, 0, 0, 0x02]
  static let server: [UInt8] = [0x02, 0, 0, 0, 0, 0x03]
  static let second: [UInt8] = [0x02, 0, 0, 0, 0, 0x04]
  static let fabric: [UInt8] = [0x02, 0x77, 0, 0, 0, 0x02]
  static let uplink: [UInt8] = [0x02, 0x77, 0, 0, 0, 0x01]
}
