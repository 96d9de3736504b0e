import DataplaneABI
import KernelRuntime

/// One packet for one program.
struct Shot: CustomStringConvertible {
  var program: World.Program
  var bytes: [UInt8]
  var mark: UInt32 = 0
  var segmentSize: UInt32 = 0

  /// Enough to send it again by hand.
  var description: String {
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "\(program) mark \(mark) segment \(segmentSize) bytes \(hex)"
  }
}

extension Shot {
  private static let places: [Place] = [
    .pod(1), .pod(1), .pod(2), .pod(2), .pod(3), .pod(4), .pod(9, node: 2), .node(1), .node(2), .service(10),
    .service(10),
    .service(11), .service(12), .outside(1), .group,
  ]

  /// A packet between known places, often one of an earlier flow, sometimes damaged.
  ///
  /// `sent` is the last frame that went in, `came` what became of it.
  static func random(_ chance: inout Chance, after sent: [UInt8]?, came: [UInt8]?) -> Shot {
    var shot: Shot
    if let sent, let came, chance.once(in: 2) {
      let bytes = chance.pick([sent, answer(to: sent), answer(to: came)])
      shot = Shot(program: program(&chance), bytes: bytes)
      if chance.once(in: 2) { setTCPFlags(&shot.bytes, &chance) }
    } else {
      let frame = frame(&chance)
      shot = Shot(program: program(seeing: frame, &chance), bytes: frame.bytes)
    }
    if chance.once(in: 6) { complicate(&shot.bytes, &chance) }
    if chance.once(in: 10) { shot.mark = chance.pick([0x0100_0000, 0x0000_0001, .max]) }
    if chance.once(in: 10) { shot.segmentSize = 1000 }
    if chance.once(in: 4) { damage(&shot.bytes, &chance) }
    if shot.bytes.count < shortest(shot.bytes) {
      shot.bytes += [UInt8](repeating: 0, count: shortest(shot.bytes) - shot.bytes.count)
    }
    return shot
  }

  /// The shortest frame of that Ethernet type that the kernel takes for a test run: it wants the IP header whole. (What is
  /// shorter still is in the tests of parsing.)
  static func shortest(_ bytes: [UInt8]) -> Int {
    switch bytes[12...13] {
    case [0x08, 0x00]: 34
    case [0x86, 0xdd]: 54
    default: 15
    }
  }

  private static func program(_ chance: inout Chance) -> World.Program {
    chance.pick([.workloadIngress, .workloadIngress, .hostIngress, .workloadEgress, .hostEgress])
  }

  /// Mostly the program that would see such a frame.
  private static func program(seeing frame: Frame, _ chance: inout Chance) -> World.Program {
    if chance.once(in: 5) { return program(&chance) }
    switch frame.source.network {
    case 1: return .workloadIngress
    case 77 where frame.source.host == 1: return chance.pick([.workloadEgress, .hostEgress])
    default: return .hostIngress
    }
  }

  private static func frame(_ chance: inout Chance) -> Frame {
    let family: FamilyName = chance.once(in: 2) ? .v4 : .v6
    let transport: Frame.Transport =
      switch chance.below(8) {
      case 0...3:
        .tcp(flags: chance.pick([0x02, 0x02, 0x12, 0x10, 0x11, 0x04, 0x18, UInt8.random(in: 0...255, using: &chance)]))
      case 4, 5: .udp(checksum: family == .v6 || !chance.once(in: 4))
      case 6:
        .icmp(type: chance.pick([0, 3, 8, 11, 128, 129, 130, 135, 1, 143, 200]), identifier: UInt16(chance.below(3)))
      default: .other(chance.pick([0, 43, 44, 47, 50, 60, 132, 59]))
      }
    return Frame(
      family: family, source: chance.pick(places), sourcePort: chance.pick([40_000, 40_001, 8080, 80]),
      destination: chance.pick(places), destinationPort: chance.pick([80, 80, 8080, 53, 40_000]), transport: transport,
      hopLimit: chance.pick([64, 64, 64, 2, 1, 0]),
      payload: (0..<chance.below(40)).map { _ in UInt8.random(in: 0...255, using: &chance) })
  }

  /// The same frame with the ends swapped: addresses and, where there are any, ports. Checksums stay right.
  private static func answer(to bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let isV4 = bytes.count > 38 && bytes[12...13] == [0x08, 0x00]
    guard isV4 || bytes.count > 58 else { return bytes }
    let (first, size) = isV4 ? (26, 4) : (22, 16)
    for index in 0..<size { bytes.swapAt(first + index, first + size + index) }
    let ports = isV4 ? 34 : 54
    for index in 0..<2 { bytes.swapAt(ports + index, ports + 2 + index) }
    return bytes
  }

  /// Other flags on what may be a TCP header. The checksum is wrong afterwards, which nobody here looks at.
  private static func setTCPFlags(_ bytes: inout [UInt8], _ chance: inout Chance) {
    let offset = bytes[12...13] == [0x08, 0x00] ? 14 + 20 + 13 : 14 + 40 + 13
    guard bytes.count > offset else { return }
    bytes[offset] = chance.pick([0x02, 0x12, 0x10, 0x11, 0x04])
  }

  /// Puts headers between the fixed one and the transport's, or makes it a fragment; few identifications, so that they meet.
  private static func complicate(_ bytes: inout [UInt8], _ chance: inout Chance) {
    let piece: [UInt8] = chance.pick([[0x20, 0], [0, 8], [0x20, 8], [0, 1], [0, 0]])
    if bytes.count > 34, bytes[12...13] == [0x08, 0x00] {
      bytes.replaceSubrange(18..<20, with: [0, chance.pick([1, 2])])
      if chance.once(in: 2) { bytes.replaceSubrange(20..<22, with: piece) }
      guard chance.once(in: 2) else { return }
      let words = 1 + chance.below(10)
      bytes[14] = 0x45 &+ UInt8(words)
      bytes.insert(contentsOf: [UInt8](repeating: 1, count: words * 4), at: 34)
      bytes.replaceSubrange(16..<18, with: UInt16(bytes.count - 14).octets)
    } else if bytes.count > 54, bytes[12...13] == [0x86, 0xdd] {
      for _ in 0..<1 + chance.below(3) {
        let next = bytes[20]
        let header: [UInt8] =
          chance.once(in: 2)
          ? [next, 0] + chance.pick([[0, 1], [0, 64], [0, 65], [0, 8], [0, 0]]) + [0, 0, 0, chance.pick([1, 2])]
          : [next, 0, 1, chance.pick([4, 4, 0]), 0, 0, 0, 0]
        bytes[20] = header[2...3] == [1, 4] || header[2] == 1 ? chance.pick([0, 60, 43, 135]) : 44
        bytes.insert(contentsOf: header, at: 54)
      }
      bytes.replaceSubrange(18..<20, with: UInt16(bytes.count - 54).octets)
    }
  }

  /// Cuts it short, or changes octets of the headers.
  private static func damage(_ bytes: inout [UInt8], _ chance: inout Chance) {
    switch chance.below(4) {
    case 0: bytes = Array(bytes.prefix(15 + chance.below(max(1, bytes.count - 15))))
    case 1: bytes += (0..<chance.below(30)).map { _ in UInt8.random(in: 0...255, using: &chance) }
    default:
      for _ in 0...chance.below(3) {
        let index = 12 + chance.below(min(60, bytes.count - 12))
        bytes[index] = chance.once(in: 2) ? 0 : UInt8.random(in: 0...255, using: &chance)
      }
    }
  }
}
