extension Packet {
  /// The packet cut in two, `first` bytes of what follows the IP header in the first piece: a multiple of 8.
  func pieces(first: Int) -> [[UInt8]] {
    let whole = bytes
    let start = 14 + family.headerLength
    let content = Array(whole[start...])
    return [(0, first), (first, content.count)].map { from, to in
      let isLast = to == content.count
      let part = Array(content[from..<to])
      return Array(whole[..<14])
        + (family == .ipv4
          ? ipv4Piece(Array(whole[14..<start]), from, isLast, part)
          : ipv6Piece(Array(whole[14..<start]), from, isLast, part))
    }
  }

  private func ipv4Piece(_ header: [UInt8], _ offset: Int, _ isLast: Bool, _ part: [UInt8]) -> [UInt8] {
    var header = header
    header.replaceSubrange(2..<4, with: UInt16(20 + part.count).octets)
    header.replaceSubrange(6..<8, with: (UInt16(offset / 8) | (isLast ? 0 : 0x2000)).octets)
    header.replaceSubrange(10..<12, with: [0, 0])
    header.replaceSubrange(10..<12, with: InternetChecksum.of(header).octets)
    return header + part
  }

  /// With the fragment header of RFC 8200 section 4.5.
  private func ipv6Piece(_ header: [UInt8], _ offset: Int, _ isLast: Bool, _ part: [UInt8]) -> [UInt8] {
    var header = header
    let next = header[6]
    header.replaceSubrange(4..<6, with: UInt16(8 + part.count).octets)
    header[6] = 44
    let fragment = [next, 0] + (UInt16(offset) | (isLast ? 0 : 1)).octets + UInt32(identification).octets
    return header + fragment + part
  }
}
