import DataplaneABI
import KernelRuntime

/// Well-formed packets between the places of a small cluster.
enum RandomFrame {
  static let places: [Place] = [
    .pod(1), .pod(1), .pod(2), .pod(2), .pod(3), .pod(4), .pod(9, node: 2), .node(1), .node(2), .service(10),
    .service(10), .service(11), .service(12), .outside(1), .group,
  ]

  /// A service's, at every node.
  static let nodePort: UInt16 = 30_080

  static func shot(_ chance: inout Chance) -> Shot {
    if chance.once(in: 50) { return Shot(program: chance.pick(World.Program.allCases), bytes: otherBytes(&chance)) }
    let frame = frame(&chance)
    return Shot(program: program(seeing: frame.source, to: frame.destination, &chance), bytes: frame.bytes)
  }

  /// Mostly the program that sees what goes this way.
  static func program(seeing source: Place?, to destination: Place?, _ chance: inout Chance) -> World.Program {
    if chance.once(in: chance.isSound ? 30 : 8) { return chance.pick(World.Program.allCases) }
    return switch (source?.network, source?.host) {
    case (1, _): .workloadIngress
    case (77, 1): destination?.network == 1 ? chance.pick([.workloadEgress, .hostEgress]) : .hostEgress
    default: .hostIngress
    }
  }

  static func family(_ chance: inout Chance) -> FamilyName { chance.once(in: 2) ? .v4 : .v6 }

  private static func frame(_ chance: inout Chance) -> Frame {
    let family = family(&chance)
    return Frame(
      family: family, source: chance.pick(places), sourcePort: chance.pick([40_000, 40_001, 8080, 80]),
      destination: chance.pick(places), destinationPort: chance.pick([80, 80, 8080, 53, 40_000, nodePort]),
      transport: transport(family, &chance), hopLimit: chance.pick([64, 64, 64, 64, 2, 1, 0]),
      payload: chance.bytes(chance.below(40)),
      sequence: chance.once(in: 4) ? chance.pick([0, 1, 2, 3, 65_536, 0x8000_0000, .max]) : nil,
      acknowledgement: chance.once(in: 4) ? chance.pick([0, 1, 3, 65_537, .max]) : 2)
  }

  private static func transport(_ family: FamilyName, _ chance: inout Chance) -> Frame.Transport {
    switch chance.below(9) {
    case 0...3:
      .tcp(
        flags: chance.pick([0x02, 0x02, 0x12, 0x10, 0x11, 0x04, 0x14, 0x18, UInt8.random(in: 0...255, using: &chance)]))
    case 4, 5: .udp(checksum: family == .v6 || !chance.once(in: 4))
    case 6: .icmp(type: chance.pick(messages(family)), identifier: UInt16(chance.below(3)))
    case 7: .sctp(tag: chance.pick([0, Chunk.clientTag, Chunk.serverTag]), chunk: chunk(&chance))
    default: .other(chance.pick([0, 43, 44, 47, 50, 60, 132, 59]))
    }
  }

  /// One that matters to a flow, mostly.
  private static func chunk(_ chance: inout Chance) -> [UInt8] {
    let type: UInt8 = chance.pick([0, 1, 1, 2, 3, 6, 10, 11, 14, 255])
    if type == 1 || type == 2 {
      return Chunk.initiation(type, tag: chance.pick([Chunk.clientTag, Chunk.serverTag, 0]))
    }
    return Chunk.make(type, flags: UInt8(chance.below(2)), chance.bytes(4 * chance.below(3)))
  }

  /// Echo mostly; then what keeps a link going, errors, and what is none of these.
  private static func messages(_ family: FamilyName) -> [UInt8] {
    family == .v4 ? [8, 8, 0, 3, 11, 13, 128] : [128, 128, 129, 135, 136, 143, 1, 3, 200, 8]
  }

  /// ARP, tagged frames, and types that nobody knows.
  private static func otherBytes(_ chance: inout Chance) -> [UInt8] {
    chance.bytes(12) + chance.pick([[0x08, 0x06], [0x81, 0x00], [0x88, 0xcc], [0, 0]])
      + chance.bytes(1 + chance.below(60))
  }
}

extension Chance {
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }
}
