// A packet as bytes, with every checksum worked out over the whole of what it covers.

extension Packet {
  var bytes: [UInt8] { ethernet + header + transportBytes }

  private var ethernet: [UInt8] {
    destinationMAC + sourceMAC + (etherType ?? (family == .ipv4 ? 0x0800 : 0x86dd)).octets
  }

  private var header: [UInt8] { family == .ipv4 ? ipv4Header : ipv6Header }

  private var ipv4Header: [UInt8] {
    let words = UInt8(truncatingIfNeeded: 5 + options.count / 4)
    let length = ipLength ?? UInt16(truncatingIfNeeded: 20 + options.count + transportBytes.count)
    var header: [UInt8] = [version ?? (0x40 | words), trafficClass]
    header += length.octets + identification.octets + fragment.octets
    header += [ttl, proto ?? transportProtocol, 0, 0]
    header += source.bytes + destination.bytes + options
    header.replaceSubrange(10..<12, with: (ipChecksum ?? InternetChecksum.of(header)).octets)
    return header
  }

  private var ipv6Header: [UInt8] {
    let length = ipLength ?? UInt16(truncatingIfNeeded: options.count + transportBytes.count)
    let first: [UInt8] = [(version ?? 0x60) | trafficClass >> 4, trafficClass << 4, 0, 0]
    return first + length.octets + [proto ?? transportProtocol, ttl] + source.bytes + destination.bytes + options
  }

  private var transportBytes: [UInt8] {
    var bytes = transportHeader + payload
    if case .sctp = transport {
      bytes.replaceSubrange(8..<12, with: CRC32cByBytes.of(bytes).octets.reversed())
      return bytes
    }
    guard let offset = checksumOffset else { return bytes }
    let checksum = transportChecksum ?? checksum(over: bytes)
    bytes.replaceSubrange(offset..<offset + 2, with: checksum.octets)
    return bytes
  }

  /// Header and payload of SCTP, with a checksum of 0.
  var segmentWithoutChecksum: [UInt8] { transportHeader + payload }

  /// The header with a checksum of 0.
  private var transportHeader: [UInt8] {
    switch transport {
    case .tcp(let tcp):
      tcp.sourcePort.octets + tcp.destinationPort.octets + tcp.sequence.octets + tcp.acknowledgement.octets
        + [tcp.dataOffset << 4, tcp.flags] + UInt16(0xfaf0).octets + [0, 0, 0, 0]
    case .udp(let udp):
      udp.sourcePort.octets + udp.destinationPort.octets
        + (udp.length ?? UInt16(truncatingIfNeeded: 8 + payload.count)).octets + [0, 0]
    case .sctp(let sctp):
      sctp.sourcePort.octets + sctp.destinationPort.octets + sctp.verificationTag.octets + [0, 0, 0, 0]
    case .icmp(let icmp): [icmp.type, icmp.code, 0, 0] + icmp.identifier.octets + icmp.sequence.octets
    case .other: []
    }
  }

  private var checksumOffset: Int? {
    switch transport {
    case .tcp: 16
    case .udp: 6
    case .icmp: 2
    case .sctp, .other: nil
    }
  }

  private func checksum(over bytes: [UInt8]) -> UInt16 {
    // ICMP for IPv4 alone has no pseudo header (RFC 792).
    if case .icmp = transport, family == .ipv4 { return InternetChecksum.of(bytes) }
    let length = UInt32(truncatingIfNeeded: bytes.count).octets
    let pseudoHeader = source.bytes + destination.bytes + length + [0, 0, 0, transportProtocol]
    let checksum = InternetChecksum.of(pseudoHeader + bytes)
    // UDP says "none" with 0, so a sum of 0 is sent as its other form (RFC 768).
    if case .udp = transport, checksum == 0 { return 0xffff }
    return checksum
  }
}

/// The checksum of RFC 1071, worked out from nothing.
enum InternetChecksum {
  static func of(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt64(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt64(bytes[index + 1]) : 0)
    }
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}

/// The checksum of RFC 9260 appendix A, worked out from nothing, bit by bit.
enum CRC32cByBytes {
  private static let polynomial: UInt32 = 0x82f6_3b78

  static func of(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ polynomial }
    }
    return ~sum
  }

  /// Four bytes that bring the sum to 0.
  static func end(of bytes: [UInt8]) -> [UInt8] {
    var sum = UInt32.max
    for _ in 0..<32 { sum = sum >> 31 == 0 ? sum << 1 : (sum ^ polynomial) << 1 | 1 }
    return (sum ^ ~of(bytes)).octets.reversed()
  }
}

extension FixedWidthInteger {
  /// Its bytes in network byte order.
  var octets: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
