import DataplaneABI
import KernelRuntime
import Testing

@Suite("Parsing")
struct ParseTests {
  /// Sends a pod's frame after a change to its octets; tells what it was dropped for.
  private func dropped(
    _ family: FamilyName, _ transport: Frame.Transport = .syn, _ change: (inout [UInt8]) -> Void
  ) -> Drop? {
    let world = World(family)
    var bytes = world.frame(from: .pod(1), to: .pod(2), transport).bytes
    change(&bytes)
    let verdict = world.run(SimulatedPacket(bytes, interfaceIndex: 11), .workloadIngress)
    let drop = Drop.allCases.first { world.drops($0, interface: 11) == 1 }
    #expect((verdict == .drop) == (drop != nil))
    return drop
  }

  /// Where the length field of the IP header is.
  private func lengthField(_ family: FamilyName) -> Int { family == .v4 ? 16 : 18 }

  @Test(
    "a frame cut anywhere within its headers is truncated, and nothing is read beyond it",
    arguments: FamilyName.allCases)
  func truncated(_ family: FamilyName) {
    for (transport, length) in [
      (Frame.Transport.syn, 20), (.udp, 8), (.icmp(type: family.echoRequest, identifier: 1), 8),
    ] {
      for end in 14..<(14 + family.headerLength + length) {
        #expect(dropped(family, transport) { $0 = Array($0.prefix(end)) } == .truncated, "\(transport) cut at \(end)")
      }
    }
  }

  @Test("a header that claims more than there is is truncated", arguments: FamilyName.allCases)
  func tooLong(_ family: FamilyName) {
    let field = lengthField(family)
    #expect(dropped(family) { $0[field] = 0xff } == .truncated)
    #expect(dropped(family, .udp) { $0[14 + family.headerLength + 4] = 0xff } == .truncated)
    // The TCP header with its options would end beyond the payload.
    #expect(dropped(family) { $0[14 + family.headerLength + 12] = 0xf0 } == .truncated)
  }

  @Test("a header that contradicts itself is malformed", arguments: FamilyName.allCases)
  func malformed(_ family: FamilyName) {
    #expect(dropped(family) { $0[14] = 0x75 } == .malformed)
    #expect(dropped(family) { $0[14 + family.headerLength + 12] = 0x40 } == .malformed)
    #expect(dropped(family, .udp) { $0[14 + family.headerLength + 5] = 7 } == .malformed)
  }

  @Test("octets beyond what the header claims are padding", arguments: FamilyName.allCases)
  func padding(_ family: FamilyName) {
    #expect(dropped(family) { $0 += [UInt8](repeating: 0, count: 20) } == nil)
  }

  @Test("IPv4: short header lengths are malformed, options have to be there")
  func ipv4() {
    #expect(dropped(.v4) { $0[14] = 0x44 } == .malformed)
    // The TCP header then begins 4 octets later, where its length is something else.
    #expect(dropped(.v4) { $0[14] = 0x46 } == .truncated)
    #expect(
      dropped(.v4) {
        $0[17] = 19; $0[16] = 0
      } == .malformed)
    #expect(dropped(.v4) { $0[20] = 0x20 } == nil)
    #expect(dropped(.v4) { $0[21] = 0x01 } == .malformed)
    #expect(dropped(.v4) { $0[20] = 0x40 } == nil)
  }

  @Test("IPv6: an extension header has to be there, and what it announces")
  func ipv6() {
    // "hello, world" for a header is longer than the packet.
    for next: UInt8 in [0, 60, 135, 139, 140] { #expect(dropped(.v6, .other(next)) { _ in } == .truncated) }
    #expect(dropped(.v6, .other(43)) { _ in } == .unsupportedHeader)
  }

  @Test("ARP, neighbour discovery and multicast listener reports are the host's")
  func linkMaintenance() {
    let world = World(.v6)
    for type: UInt8 in [133, 134, 135, 136, 143] {
      let frame = world.frame(from: .outside(9), to: .group, .icmp(type: type, identifier: 0))
      #expect(world.fromPod(1, frame).verdict == .next)
    }
    // A report has a hop-by-hop header in front (RFC 3810 section 5).
    var report = world.frame(from: .outside(9), to: .group, .other(0))
    report.payload = [58, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0, 0, 0, 0, 0]
    #expect(world.fromPod(1, report).verdict == .next)
    report.payload[0] = IPProtocolNumber.tcp
    #expect(world.fromPod(1, report).verdict == .drop)
    var arp = world.frame(from: .pod(1), to: .pod(2)).bytes
    arp.replaceSubrange(12..<14, with: EtherType.arp.octets)
    #expect(world.run(SimulatedPacket(arp, interfaceIndex: 11), .workloadIngress) == .next)
    #expect(world.events(.notOurs, interface: 11) == 7)
  }

  @Test("other Ethernet types and VLAN tags are not for workloads; the host may have them")
  func etherTypes() {
    let world = World(.v4)
    var bytes = world.frame(from: .pod(1), to: .pod(2)).bytes
    let tagged = SimulatedPacket(bytes, interfaceIndex: 11)
    tagged.hasVLANTag = true
    #expect(world.run(tagged, .workloadIngress) == .drop)
    bytes.replaceSubrange(12..<14, with: [0x88, 0x47])
    #expect(world.run(SimulatedPacket(bytes, interfaceIndex: 11), .workloadIngress) == .drop)
    #expect(world.drops(.unsupportedEtherType, interface: 11) == 2)
    #expect(world.run(SimulatedPacket(bytes, interfaceIndex: World.fabric), .hostIngress) == .next)
    #expect(world.run(SimulatedPacket(bytes, interfaceIndex: 11), .workloadEgress) == .next)
  }

  @Test(
    "from the fabric, what cannot be parsed is dropped only if it is for a pod of this node",
    arguments: FamilyName.allCases)
  func fabric(_ family: FamilyName) {
    let world = World(family)
    func send(_ destination: Place) -> Verdict {
      var bytes = world.frame(from: .pod(9, node: 2), to: destination).bytes
      bytes[14] = 0x75
      return world.run(SimulatedPacket(bytes, interfaceIndex: World.fabric), .hostIngress)
    }
    #expect(send(.pod(2)) == .drop)
    #expect(send(.node(1)) == .next)
    #expect(send(.outside(3)) == .next)
    #expect(world.drops(.malformed, interface: World.fabric) == 1)
  }
}
