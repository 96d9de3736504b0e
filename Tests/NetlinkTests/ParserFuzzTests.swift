import Testing

@testable import Netlink

/// A generator with a fixed start, so that a failure comes again.
private struct Xorshift: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

@Suite("No bytes can trap the parser")
struct ParserFuzzTests {
  /// One well-formed payload of each kind, with nesting, to start from.
  private static let seeds: [[UInt8]] = [
    hex(
      """
      00 00 0100 03000000 43100100 00000000  0a00 0300 63616c693000 0000  0800 0400 dc050000  0a00 0100 eeeeeeeeeeee 0000
      2400 1280 0a00 0100 76786c616e00 0000 1400 0280 0800 0100 2a000000 0500 0700 01 000000
      1000 3480 0c00 3500 616c7400 00000000
      """),
    hex("02 18 80 00 03000000 0800 0100 0a4d0001 0800 0200 0a4d0001 0800 0800 80000000"),
    hex(
      """
      02 18 00 00 fe 50 00 01 00000000 0800 0100 0a410400 0800 0f00 fe000000
      2400 0900 1000 00 02 03000000 0800 0500 0a4d0002 1000 00 00 03000000 0800 0500 0a4d0003
      1600 1200 0a00 fd770000000000000000000000000009 0000
      """),
    hex("02 000000 02000000 8000 00 00 0800 0100 a9fe0101 0a00 0200 eeeeeeeeeeee 0000"),
    hex("02 00 18 00 00 0000 01 00000000 0800 0200 0a410100 0800 0600 64000000 0800 0f00 e8030000"),
    hex(
      "00000000 05000000 01000000 f2ffffff 03000100 0800 0100 62706600 1400 0280 0800 0700 6e616d00 0800 0b00 07000000"),
    hex("ea ff ff ff 34000000 1800 0506 01000000 00000000 0c00 0100 4e6f207761792100 0800 0200 1c000000"),
  ]

  /// Runs every parser over the payload, and over datagrams that hold it under every type.
  private func feed(_ payload: [UInt8], _ generator: inout Xorshift) {
    let slice = ([0xaa] + payload)[1...]  // a slice that does not start at 0
    _ = try? Link(message: slice)
    _ = try? InterfaceAddress(message: slice)
    _ = try? Route(message: slice).description
    _ = try? Neighbour.read(slice)
    _ = try? ForwardingEntry.read(slice)
    _ = try? Rule(message: slice).description
    _ = try? Qdisc(message: slice)
    _ = try? BPFFilter.read(slice, .ingress)
    _ = try? Message.list(in: slice)
    for type in [MessageType.error, .done, .newLink, .newRoute, .deleteNeighbour] {
      let flags = UInt16.random(in: 0...0x3ff, using: &generator)
      let header = MessageHeader(length: 0, type: type, flags: MessageFlags(rawValue: flags), sequence: 0, port: 0)
      let message = Message(header: header, payload: slice)
      _ = try? Acknowledgement(error: message)
      _ = Acknowledgement(done: message)
      var builder = MessageBuilder(type, header.flags)
      builder.write(bytes: payload)
      if let datagram = try? builder.finished(sequence: 0) { _ = try? NetlinkEvent.list(in: datagram[...]) }
    }
  }

  @Test("The seeds themselves read well")
  func seedsAreGood() throws {
    let link = try Link(message: Self.seeds[0][...])
    #expect(link.vxlan?.networkIdentifier == 42)
    #expect(link.alternativeNames == ["alt"])
    #expect(try InterfaceAddress(message: Self.seeds[1][...]).prefix == prefix("10.77.0.1/24"))
    #expect(try Route(message: Self.seeds[2][...]).nextHops.count == 2)
    #expect(try Neighbour.read(Self.seeds[3][...])?.address == address("169.254.1.1"))
    #expect(try Rule(message: Self.seeds[4][...]).priority == 100)
    #expect(try BPFFilter.read(Self.seeds[5][...], .ingress)?.programID == 7)
  }

  @Test("Every prefix of a good message")
  func truncated() {
    var generator = Xorshift(state: 1)
    for seed in Self.seeds {
      for length in 0...seed.count { feed(Array(seed.prefix(length)), &generator) }
    }
  }

  @Test("20,000 good messages with some bytes changed, cut or repeated")
  func mutated() {
    var generator = Xorshift(state: 0x9e37_79b9_7f4a_7c15)
    for _ in 0..<20_000 {
      var payload = Self.seeds.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &generator) where !payload.isEmpty {
        let index = Int.random(in: 0..<payload.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: payload.removeSubrange(index...)
        case 1: payload.insert(contentsOf: payload.prefix(index), at: index)
        case 2: payload[index] = [0, 1, 3, 4, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? 0
        default: payload[index] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      feed(payload, &generator)
    }
  }

  @Test("5,000 pieces of noise")
  func noise() {
    var generator = Xorshift(state: 42)
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...160, using: &generator)
      feed((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }, &generator)
    }
  }
}
