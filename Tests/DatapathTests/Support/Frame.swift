import DataplaneABI
import KernelRuntime

/// A frame to send through a program: what tests vary, the rest sensible, all checksums right.
struct Frame: Sendable {
  enum Transport: Sendable {
    case tcp(flags: UInt8)
    case udp(checksum: Bool)
    case icmp(type: UInt8, identifier: UInt16)
    /// The payload follows the chunk.
    case sctp(tag: UInt32, chunk: [UInt8])
    case other(UInt8)
  }

  var family: FamilyName
  var source: Place
  var sourcePort: UInt16 = 40_000
  var destination: Place
  var destinationPort: UInt16 = 80
  var transport: Transport
  var hopLimit: UInt8 = 64
  var payload: [UInt8] = Array("hello, world".utf8)
  /// TCP's numbers. Each side begins at 1, and its RST comes where the other side expects the next octet.
  var sequence: UInt32?
  var acknowledgement: UInt32 = 2

  var proto: UInt8 {
    switch transport {
    case .tcp: IPProtocolNumber.tcp
    case .udp: IPProtocolNumber.udp
    case .icmp: family.icmp
    case .sctp: IPProtocolNumber.sctp
    case .other(let number): number
    }
  }

  var bytes: [UInt8] {
    let segment = segmentBytes
    return ethernet + ipHeader(payloadLength: segment.count) + segment
  }

  private var ethernet: [UInt8] {
    [0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 2, 0, 0, 0, 0, source.host] + family.etherType.octets
  }

  private func ipHeader(payloadLength: Int) -> [UInt8] {
    let addresses = source.octets(family) + destination.octets(family)
    switch family {
    case .v4:
      var header: [UInt8] =
        [0x45, 0] + UInt16(20 + payloadLength).octets + [0x12, 0x34, 0x40, 0, hopLimit, proto, 0, 0] + addresses
      header.replaceSubrange(10..<12, with: InternetChecksum.of(header).octets)
      return header
    case .v6:
      return [0x60, 0, 0, 0] + UInt16(payloadLength).octets + [proto, hopLimit] + addresses
    }
  }

  private var pseudoHeader: [UInt8] { source.octets(family) + destination.octets(family) }

  private var segmentBytes: [UInt8] {
    let ports = sourcePort.octets + destinationPort.octets
    switch transport {
    case .tcp(let flags):
      let sequence = sequence ?? (flags & TCPFlags.rst == 0 ? 1 : 2)
      let numbers = sequence.octets + acknowledgement.octets
      let header = ports + numbers + [0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
      return checksummed(header + payload, at: 16)
    case .udp(let checksum):
      let segment = ports + UInt16(8 + payload.count).octets + [0, 0] + payload
      return checksum ? checksummed(segment, at: 6) : segment
    case .icmp(let type, let identifier):
      let segment = [type, 0, 0, 0] + identifier.octets + [0, 1] + payload
      return checksummed(segment, at: 2)
    case .sctp(let tag, let chunk):
      var segment = ports + tag.octets + [0, 0, 0, 0] + chunk + payload
      segment.replaceSubrange(8..<12, with: BitwiseCRC32c.of(segment).octets.reversed())
      return segment
    case .other: return payload
    }
  }

  private func checksummed(_ segment: [UInt8], at offset: Int) -> [UInt8] {
    var segment = segment
    let covered = proto == IPProtocolNumber.icmp ? [] : pseudoHeader + UInt16(segment.count).octets + [0, proto]
    var sum = InternetChecksum.of(covered + segment)
    if proto == IPProtocolNumber.udp, sum == 0 { sum = 0xffff }
    segment.replaceSubrange(offset..<offset + 2, with: sum.octets)
    return segment
  }
}

/// RFC 1071, octet by octet: written apart from the code under test.
enum InternetChecksum {
  static func of(_ octets: [UInt8]) -> UInt16 {
    var sum = 0
    for (index, octet) in octets.enumerated() { sum += index % 2 == 0 ? Int(octet) << 8 : Int(octet) }
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    return ~UInt16(sum)
  }
}

/// RFC 9260 appendix A, bit by bit: written apart from the code under test.
enum BitwiseCRC32c {
  static func of(_ octets: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for octet in octets {
      sum ^= UInt32(octet)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0x82f6_3b78 }
    }
    return ~sum
  }
}

/// Chunks of SCTP, each of both sides with a tag of its own.
enum Chunk {
  static let clientTag: UInt32 = 0xc11e_0001
  static let serverTag: UInt32 = 0x5e00_0002

  static func make(_ type: UInt8, flags: UInt8 = 0, _ value: [UInt8] = []) -> [UInt8] {
    [type, flags] + UInt16(4 + value.count).octets + value
  }

  /// INIT or INIT ACK.
  static func initiation(_ type: UInt8, tag: UInt32) -> [UInt8] {
    make(type, tag.octets + UInt32(65_536).octets + [0, 10, 0, 10] + UInt32(1).octets)
  }
}

extension Frame.Transport {
  static let initiation = sctp(tag: 0, chunk: Chunk.initiation(1, tag: Chunk.clientTag))
  static let initiationAck = sctp(tag: Chunk.clientTag, chunk: Chunk.initiation(2, tag: Chunk.serverTag))
  static let cookieEcho = sctp(tag: Chunk.serverTag, chunk: Chunk.make(10, [1, 2, 3, 4]))
  static let cookieAck = sctp(tag: Chunk.clientTag, chunk: Chunk.make(11))

  /// The next thing that a side says: DATA, or what ends the association.
  static func chunk(_ type: UInt8, flags: UInt8 = 0, byClient: Bool) -> Frame.Transport {
    sctp(tag: byClient ? Chunk.serverTag : Chunk.clientTag, chunk: Chunk.make(type, flags: flags))
  }
}

extension UInt16 {
  /// In network byte order.
  var octets: [UInt8] { [UInt8(self >> 8), UInt8(self & 0xff)] }
}

extension UInt32 {
  /// In network order.
  var octets: [UInt8] { UInt16(self >> 16).octets + UInt16(self & 0xffff).octets }
}
