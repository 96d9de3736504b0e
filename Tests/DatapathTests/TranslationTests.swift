import DataplaneABI
import KernelRuntime
import Testing

@Suite("Translation and checksums")
struct TranslationTests {
  @Test("a UDP packet without a checksum stays without one")
  func noChecksum() {
    let world = World(.v4)
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
    let outcome = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .udp(checksum: false)))
    #expect(outcome.frame.transportChecksum == 0)
    #expect(outcome.frame.destinationPort == 8080)
  }

  @Test("a UDP checksum never becomes zero, which would say there is none", arguments: FamilyName.allCases)
  func neverZero(_ family: FamilyName) {
    // Some payload makes the translated checksum come out as zero: try every value of two octets.
    let world = World(family)
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
    var mangled = 0
    for value in stride(from: UInt16(0), through: .max, by: 1) {
      var frame = world.frame(from: .pod(1), to: .service(10), .udp)
      frame.payload = value.octets
      guard InternetChecksum.translatedIsZero(frame, to: .pod(2), 8080) else { continue }
      let outcome = world.fromPod(1, frame)
      #expect(outcome.frame.transportChecksum == 0xffff)
      #expect(outcome.frame.checksumsHold)
      mangled += 1
    }
    #expect(mangled > 0)
  }

  @Test("a checksum left to the hardware keeps the pseudo header's sum only", arguments: FamilyName.allCases)
  func partial(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let frame = world.frame(from: .pod(1), to: .service(10))
    var bytes = frame.bytes
    let field = 14 + family.headerLength + 16
    bytes.replaceSubrange(field..<field + 2, with: (~pseudoSum(bytes, family)).octets.map { ~$0 })
    let packet = SimulatedPacket(bytes, interfaceIndex: 11)
    packet.checksumState = .partial
    #expect(world.run(packet, .workloadIngress) == .redirect)
    let after = packet.bytes
    #expect(Array(after[field..<field + 2]) == pseudoSum(after, family).octets)
  }

  /// The sum (not complemented) of the pseudo header of a TCP frame.
  private func pseudoSum(_ bytes: [UInt8], _ family: FamilyName) -> UInt16 {
    let addresses = family == .v4 ? Array(bytes[26..<34]) : Array(bytes[22..<54])
    let length = UInt16(bytes.count - 14 - family.headerLength)
    return ~InternetChecksum.of(addresses + length.octets + [0, IPProtocolNumber.tcp])
  }

  @Test("an equal port costs no second checksum update", arguments: FamilyName.allCases)
  func equalPort(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)], targetPort: 80)
    let outcome = world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    #expect(outcome.calls.filter { $0 == .checksum }.count == 1)
    #expect(outcome.frame.checksumsHold)
  }

  @Test("a packet that cannot be written to is dropped, in either direction", arguments: FamilyName.allCases)
  func notWritable(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let syn = world.frame(from: .pod(1), to: .service(10))
    #expect(world.send(syn, .workloadIngress, interface: 11) { $0.refusesWriting = true }.verdict == .drop)
    #expect(world.drops(.rewriteFailed, interface: 11) == 1)
    let answer = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck)
    #expect(world.send(answer, .workloadIngress, interface: 12) { $0.refusesWriting = true }.verdict == .drop)
    #expect(world.drops(.rewriteFailed, interface: 12) == 1)
  }

  @Test("a packet too short for its own checksum is dropped, not half rewritten", arguments: FamilyName.allCases)
  func shortened(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
    let bytes = world.frame(from: .pod(1), to: .service(10), .udp).bytes
    let short = SimulatedPacket(Array(bytes.prefix(14 + family.headerLength + 6)), interfaceIndex: 11)
    #expect(world.run(short, .workloadIngress) == .drop)
    #expect(world.drops(.truncated, interface: 11) == 1)
  }
}

extension InternetChecksum {
  /// Whether the UDP checksum of `frame` would come out as zero once it goes to that backend.
  static func translatedIsZero(_ frame: Frame, to backend: Place, _ port: UInt16) -> Bool {
    let segment =
      frame.sourcePort.octets + port.octets + UInt16(8 + frame.payload.count).octets + [0, 0] + frame.payload
    let pseudo =
      frame.source.octets(frame.family) + backend.octets(frame.family) + UInt16(segment.count).octets
      + [0, IPProtocolNumber.udp]
    return of(pseudo + segment) == 0
  }
}
