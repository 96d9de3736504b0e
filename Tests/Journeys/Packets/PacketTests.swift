import Testing

/// The journeys compare whole packets with packets that the builder made, so the builder is held against known bytes.
@Suite("The packet builder")
struct PacketTests {
  @Test("An IPv4 header with a known checksum")
  func knownHeader() {
    // The example of RFC 1071's descendants: 45 00 00 73 00 00 40 00 40 11 b8 61 c0 a8 00 01 c0 a8 00 c7.
    let packet = Packet.udp(from: IP("192.168.0.1"), 1, to: IP("192.168.0.199"), 2).with {
      $0.identification = 0
      $0.payload = [UInt8](repeating: 0, count: 0x73 - 28)
    }
    let known: [UInt8] = [
      0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7,
    ]
    #expect(Array(packet.bytes[14..<34]) == known)
  }

  @Test("A receiver that sums everything up gets zero", arguments: Family.allCases)
  func sumsToZero(family: Family) {
    let (source, destination) = (family.pick("10.0.0.1", "fd00::1"), family.pick("10.0.0.2", "fd00::2"))
    for transport in [
      Transport.tcp(TCP(sourcePort: 1, destinationPort: 2, flags: TCP.syn)),
      .udp(UDP(sourcePort: 3, destinationPort: 4)), .icmp(ICMP(type: family.echoRequest)),
    ] {
      let packet = Packet(from: source, to: destination, transport)
      let segment = Array(packet.bytes.dropFirst(14 + family.headerLength))
      let pseudoHeader =
        source.bytes + destination.bytes + UInt32(segment.count).octets + [0, 0, 0, packet.transportProtocol]
      let isPlainICMP = family == .ipv4 && packet.transportProtocol == 1
      #expect(InternetChecksum.of((isPlainICMP ? [] : pseudoHeader) + segment) == 0)
    }
  }

  @Test("The sum of SCTP is that of RFC 3720's examples")
  func knownSum() {
    #expect(CRC32cByBytes.of([UInt8](repeating: 0, count: 32)).octets.reversed() == [0xaa, 0x36, 0x91, 0x8a])
    #expect(CRC32cByBytes.of(Array(0..<32)).octets.reversed() == [0x4e, 0x79, 0xdd, 0x46])
  }
}
