import DataplaneABI
import KernelRuntime
import Testing

@Suite("Fragments that come before their first")
struct FragmentTests {
  private static let payload = (0..<1500).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  /// The pieces of a UDP packet from pod 1 to pod 2, 480 bytes each but the last.
  private func pieces(_ world: World, identification: UInt8 = 9) -> [[UInt8]] {
    var frame = world.frame(from: .pod(1), to: .pod(2), .udp)
    frame.payload = Self.payload
    return Pieces.of(frame.bytes, family: world.family, identification: identification)
  }

  @Test("they are sent on in whatever order they came, each once", arguments: FamilyName.allCases)
  func anyOrder(_ family: FamilyName) {
    let world = World(family)
    let pieces = pieces(world)
    for index in [2, 1, 3] {
      let outcome = world.fromPod(1, bytes: pieces[index])
      #expect(outcome.verdict == .drop)
      #expect(world.kernel.copies.isEmpty)
    }
    let first = world.fromPod(1, bytes: pieces[0])
    #expect(first.redirect == .peer(of: 12))
    #expect(
      Array(first.bytes.dropFirst(14 + family.headerLength)) == Array(pieces[0].dropFirst(14 + family.headerLength)))
    #expect(world.kernel.copies == [pieces[2], pieces[1], pieces[3]])
    for copy in world.kernel.copies { #expect(world.fromPod(1, bytes: copy).redirect == .peer(of: 12)) }
    _ = world.fromPod(1, bytes: pieces[0])
    #expect(world.kernel.copies.isEmpty)
    #expect(world.events(.fragmentHeld, interface: 11) == 3)
    #expect(world.drops(.fragment, interface: 11) == 0)
  }

  @Test("a packet's place is its own, and ends: at most 32, and none after 30 s", arguments: FamilyName.allCases)
  func limits(_ family: FamilyName) {
    let world = World(family)
    let (pieces, others) = (pieces(world), pieces(world, identification: 10))
    for _ in 0..<33 { world.fromPod(1, bytes: pieces[1]) }
    #expect(world.events(.fragmentHeld, interface: 11) == 32)
    #expect(world.drops(.fragment, interface: 11) == 1)
    _ = world.fromPod(1, bytes: others[0])
    #expect(world.kernel.copies.isEmpty)
    world.kernel.now += 30_000_000_001
    world.fromPod(1, bytes: pieces[2])
    #expect(world.events(.fragmentHeld, interface: 11) == 33)
    _ = world.fromPod(1, bytes: pieces[0])
    #expect(world.kernel.copies == [pieces[2]])
  }

  @Test("one that waits just as its first is handled on another CPU goes on at once", arguments: FamilyName.allCases)
  func waitsTooLate(_ family: FamilyName) {
    let world = World(family)
    let pieces = pieces(world)
    let (ports, held) =
      family == .v4
      ? (world.map(MapName.fragments4), world.map(MapName.heldFragments4))
      : (world.map(MapName.fragments6), world.map(MapName.heldFragments6))
    // The same packet on the other CPU, as far as it is in maps: its ports, and its flow.
    let other = World(family)
    other.fromPod(1, bytes: pieces[0])
    other.fromPod(1, bytes: pieces[0])
    let noted = other.map(family == .v4 ? MapName.fragments4 : MapName.fragments6).bytes
    #expect(noted.count == 1)
    held.meanwhile = { for (key, value) in noted { ports.set(bytes: key, value) } }
    #expect(world.fromPod(1, bytes: pieces[1]).verdict == .drop)
    #expect(world.kernel.copies == [pieces[1]])
    #expect(held.count == 0)
  }

  @Test(
    "a first fragment in another pod's name neither tells ports nor frees what is held", arguments: FamilyName.allCases)
  func forgedFirst(_ family: FamilyName) {
    let world = World(family)
    let pieces = pieces(world)
    // The flow is known: the forged one would belong to it.
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .udp))
    world.fromPod(1, bytes: pieces[1])
    #expect(world.events(.fragmentHeld, interface: 11) == 1)
    #expect(world.fromPod(3, bytes: pieces[0]).verdict == .drop)
    #expect(world.drops(.sourceNotAllowed, interface: 13) == 1)
    #expect(world.kernel.copies.isEmpty)
    #expect(world.map(family == .v4 ? MapName.fragments4 : MapName.fragments6).count == 0)
    #expect(world.fromPod(1, bytes: pieces[0]).redirect == .peer(of: 12))
    world.fromPod(1, bytes: pieces[0])
    #expect(world.map(family == .v4 ? MapName.fragments4 : MapName.fragments6).count == 1)
  }

  @Test("only an honest sender's are held; one too long is dropped", arguments: FamilyName.allCases)
  func refused(_ family: FamilyName) {
    let world = World(family)
    let piece = pieces(world)[1]
    #expect(world.fromPod(2, bytes: piece).verdict == .drop)
    #expect(world.drops(.sourceNotAllowed, interface: 12) == 1)
    #expect(world.events(.fragmentHeld, interface: 12) == 0)
    world.fromPod(1, bytes: piece + [UInt8](repeating: 0, count: 2048))
    #expect(world.drops(.fragment, interface: 11) == 1)
  }
}

/// Cuts a frame into fragments.
enum Pieces {
  private static let size = 480

  static func of(_ frame: [UInt8], family: FamilyName, identification: UInt8) -> [[UInt8]] {
    let headerEnd = 14 + family.headerLength
    let segment = Array(frame[headerEnd...])
    return stride(from: 0, to: segment.count, by: size).map { start in
      let end = min(start + size, segment.count)
      let offset = UInt16(start / 8)
      let more = end < segment.count
      let header = Array(frame[..<headerEnd])
      let body = Array(segment[start..<end])
      return family == .v4
        ? v4(header, body, offset, more, identification) : v6(header, body, offset, more, identification)
    }
  }

  private static func v4(
    _ header: [UInt8], _ body: [UInt8], _ offset: UInt16, _ more: Bool, _ identification: UInt8
  ) -> [UInt8] {
    var ip = Array(header[14...])
    ip.replaceSubrange(2..<4, with: UInt16(20 + body.count).octets)
    ip.replaceSubrange(4..<8, with: [0, identification] + ((more ? 0x2000 : 0) | offset).octets)
    ip.replaceSubrange(10..<12, with: [0, 0])
    ip.replaceSubrange(10..<12, with: InternetChecksum.of(ip).octets)
    return Array(header[..<14]) + ip + body
  }

  private static func v6(
    _ header: [UInt8], _ body: [UInt8], _ offset: UInt16, _ more: Bool, _ identification: UInt8
  ) -> [UInt8] {
    var ip = Array(header[14...])
    let fragment = [ip[6], 0] + (offset << 3 | (more ? 1 : 0)).octets + [0, 0, 0, identification]
    ip[6] = 44
    ip.replaceSubrange(4..<6, with: UInt16(8 + body.count).octets)
    return Array(header[..<14]) + ip + fragment + body
  }
}
