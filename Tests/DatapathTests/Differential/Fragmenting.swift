import DataplaneABI
import KernelRuntime

/// Packets in pieces, as they should be and as attackers make them.
enum Fragmenting {
  /// The pieces of a frame in some order; few identifications, so that they meet those of others.
  static func pieces(of bytes: [UInt8], _ chance: inout Chance) -> [[UInt8]] {
    let shape = FrameShape(bytes)
    guard let family = shape.family, shape.kind == .plain, bytes.count > shape.transport + 8 else { return [] }
    let payload = Array(bytes[shape.transport...])
    let identification = UInt8(1 + chance.below(3))
    // Eight bytes are the shortest that a first piece may have.
    let cut = chance.once(in: 4) ? 8 : 8 * (1 + chance.below(max(1, payload.count / 8)))
    // Beginning inside the first piece, it overlaps; beyond it, it leaves a hole.
    let begin = max(0, cut + chance.pick([0, 0, 0, -8, 8]))
    func piece(_ range: Range<Int>, more: Bool) -> [UInt8] {
      let part = Array(payload[min(range.lowerBound, payload.count)..<min(range.upperBound, payload.count)])
      let place = UInt16(range.lowerBound / 8)
      return family == .v4
        ? piece4(bytes, part, place, more: more, identification)
        : piece6(bytes, part, place, more: more, identification)
    }
    var pieces = [piece(0..<cut, more: true), piece(begin..<max(begin, payload.count), more: chance.once(in: 4))]
    if chance.once(in: 3) { pieces.append(piece(cut..<cut + 8, more: true)) }
    return chance.once(in: 4) ? pieces.reversed() : pieces
  }

  private static func piece4(
    _ bytes: [UInt8], _ part: [UInt8], _ place: UInt16, more: Bool, _ identification: UInt8
  ) -> [UInt8] {
    var header = Array(bytes[14..<34])
    header.replaceSubrange(2..<4, with: UInt16(20 + part.count).octets)
    header.replaceSubrange(4..<6, with: [0, identification])
    header.replaceSubrange(6..<8, with: (place | (more ? IPv4Header.moreFragments : 0)).octets)
    header.replaceSubrange(10..<12, with: [0, 0])
    header.replaceSubrange(10..<12, with: InternetChecksum.of(header).octets)
    return bytes[0..<14] + header + part
  }

  private static func piece6(
    _ bytes: [UInt8], _ part: [UInt8], _ place: UInt16, more: Bool, _ identification: UInt8
  ) -> [UInt8] {
    var header = Array(bytes[14..<54])
    let fragment = [header[6], 0] + (place << 3 | (more ? 1 : 0)).octets + [0, 0, 0, identification]
    header[6] = 44
    header.replaceSubrange(4..<6, with: UInt16(fragment.count + part.count).octets)
    return bytes[0..<14] + header + fragment + part
  }
}
