import DataplaneABI
import KernelRuntime

/// Ways to spoil a packet, or to make it an uncommon one.
enum Mutation: CaseIterable {
  case flipBits, setHeaderBytes, truncate, lengthen, wrongLengths, repeatBytes, cutBytes, swapAddresses, hopLimit
  case tcpFlags, numbers, options, fragment, mark, segments, noChecksum

  static func some(_ shot: inout Shot, _ chance: inout Chance) {
    for _ in 0..<(chance.once(in: 4) ? 2 + chance.below(2) : 1) { chance.pick(allCases).apply(to: &shot, &chance) }
  }

  func apply(to shot: inout Shot, _ chance: inout Chance) {
    switch self {
    case .mark: shot.mark = chance.pick([0x0100_0000, 0x0200_0000, 0x0000_0001, .max])
    case .segments: shot.segmentSize = chance.pick([1, 30, 1000])
    case .options: shot.bytes = Extending.extended(shot.bytes, &chance)
    default:
      guard shot.bytes.count > 15 else { return }
      apply(to: &shot.bytes, FrameShape(shot.bytes), &chance)
    }
  }

  private func apply(to bytes: inout [UInt8], _ shape: FrameShape, _ chance: inout Chance) {
    let headers = 12..<min(bytes.count, 110)
    switch self {
    case .flipBits:
      for _ in 0...chance.below(3) { bytes[Int.random(in: headers, using: &chance)] ^= 1 << UInt8(chance.below(8)) }
    case .setHeaderBytes:
      for _ in 0...chance.below(3) {
        bytes[Int.random(in: headers, using: &chance)] = chance.pick([
          0, 1, 0xff, UInt8.random(in: 0...255, using: &chance),
        ])
      }
    case .truncate: bytes = Array(bytes.prefix(14 + chance.below(bytes.count - 14)))
    case .lengthen: bytes += chance.bytes(1 + chance.below(60))
    case .wrongLengths: Self.setLength(&bytes, shape, &chance)
    case .repeatBytes:
      let start = Int.random(in: headers, using: &chance)
      bytes.insert(contentsOf: bytes[start..<min(bytes.count, start + 1 + chance.below(40))], at: start)
    case .cutBytes:
      let start = Int.random(in: headers, using: &chance)
      bytes.removeSubrange(start..<min(bytes.count, start + 1 + chance.below(20)))
    case .swapAddresses:
      guard let (first, size) = shape.addresses else { return }
      for index in 0..<size { bytes.swapAt(first + index, first + size + index) }
    case .hopLimit:
      if let family = shape.family { bytes[family == .v4 ? 22 : 21] = chance.pick([0, 1, 2, 255]) }
    case .tcpFlags:
      Answer.setFlags(chance.pick([0, 0x01, 0x02, 0x04, 0x10, 0x11, 0x12, 0x14, 0x3f, chance.bytes(1)[0]]), &bytes)
    case .numbers:
      guard bytes.count >= shape.transport + 12 else { return }
      let number = chance.pick([0, 1, 2, 3, 65_537, 65_538, 0x8000_0000, UInt32.max])
      let offset = shape.transport + chance.pick([4, 8])
      bytes.replaceSubrange(offset..<offset + 4, with: number.octets)
    case .noChecksum:
      // As it is while the checksum of SCTP is still to be made.
      guard shape.proto == IPProtocolNumber.sctp, bytes.count >= shape.transport + 12 else { return }
      bytes.replaceSubrange(shape.transport + 8..<shape.transport + 12, with: [0, 0, 0, 0])
    case .fragment: Self.setFragment(&bytes, shape, &chance)
    case .mark, .segments, .options: break
    }
  }

  /// One of the lengths that headers claim: of the packet, of a header, of what UDP or TCP has.
  private static func setLength(_ bytes: inout [UInt8], _ shape: FrameShape, _ chance: inout Chance) {
    let right = UInt16(truncatingIfNeeded: bytes.count - 14)
    let length = chance.pick([0, 1, 7, 8, 19, 20, right &- 1, right &+ 1, right &- 40, 0xffff])
    switch (shape.family, chance.below(3)) {
    case (.v4, 0): bytes[14] = 0x40 | chance.pick([0, 4, 5, 6, 15])
    case (.v4, 1): bytes.replaceSubrange(16..<18, with: length.octets)
    case (.v6, 0), (.v6, 1): bytes.replaceSubrange(18..<20, with: length.octets)
    default:
      guard bytes.count >= shape.transport + 20 else { return }
      if shape.proto == IPProtocolNumber.tcp {
        bytes[shape.transport + 12] = chance.pick([0, 4, 5, 6, 15]) << 4
      } else {
        bytes.replaceSubrange(shape.transport + 4..<shape.transport + 6, with: length.octets)
      }
    }
  }

  private static func setFragment(_ bytes: inout [UInt8], _ shape: FrameShape, _ chance: inout Chance) {
    let field: UInt16 = chance.pick([0x2000, 0x0001, 0x2001, 0x0002, 0x1fff, 0x4000, 0x8000, 0])
    if shape.family == .v4 {
      bytes.replaceSubrange(18..<20, with: [0, chance.pick([1, 2])])
      bytes.replaceSubrange(20..<22, with: field.octets)
    } else if shape.proto == 44, bytes.count >= 62 {
      bytes.replaceSubrange(56..<58, with: chance.pick([0, 1, 8, 9, 0xfff8, field]).octets)
    }
  }
}
