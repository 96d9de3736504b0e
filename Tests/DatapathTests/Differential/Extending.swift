import DataplaneABI
import KernelRuntime

/// Headers between the fixed one and the transport's.
enum Extending {
  static func extended(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    switch FrameShape(bytes).family {
    case .v4: withOptions(bytes, &chance)
    case .v6: withChain(bytes, &chance)
    case nil: bytes
    }
  }

  /// IPv4 options: one to ten words of "no operation".
  private static func withOptions(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    var bytes = bytes
    let words = 1 + chance.below(10)
    bytes[14] = 0x45 &+ UInt8(words)
    bytes.insert(contentsOf: [UInt8](repeating: 1, count: words * 4), at: 34)
    bytes.replaceSubrange(16..<18, with: UInt16(bytes.count - 14).octets)
    return bytes
  }

  /// IPv6 extension headers, mostly a few that are right; sometimes too many, too long, or with somewhere left to go.
  private static func withChain(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<chance.pick([1, 1, 2, 2, 3, 7, 8, 9]) {
      let kind: UInt8 = chance.pick([0, 60, 60, 43, 43, 135, 139, 140, 44])
      bytes.insert(contentsOf: header(kind, next: bytes[20], &chance), at: 54)
      bytes[20] = kind
    }
    bytes.replaceSubrange(18..<20, with: UInt16(bytes.count - 54).octets)
    return bytes
  }

  private static func header(_ kind: UInt8, next: UInt8, _ chance: inout Chance) -> [UInt8] {
    if kind == 44 {
      return [next, 0] + chance.pick([[0, 1], [0, 1], [0, 0], [0, 64], [0, 65], [0, 8]]) + [
        0, 0, 0, UInt8(1 + chance.below(3)),
      ]
    }
    let units = chance.pick([0, 0, 0, 1, 2, 36])
    let segmentsLeft: UInt8 = kind == 43 && chance.once(in: 6) ? 1 : 0
    return [next, UInt8(units), 1, segmentsLeft] + [UInt8](repeating: 0, count: 4 + units * 8)
  }
}
