import DataplaneABI
import KernelRuntime

/// Where things are in a frame that may be anything.
struct FrameShape {
  enum Kind: UInt8, CaseIterable { case plain, extended, firstFragment, laterFragment }

  /// Nil if it is neither.
  let family: FamilyName?
  let kind: Kind
  /// What the IP header says comes next.
  let proto: UInt8
  /// Where the header after the fixed one begins.
  let transport: Int

  init(_ bytes: [UInt8]) {
    switch bytes.count >= 14 ? Array(bytes[12...13]) : [] {
    case [0x08, 0x00] where bytes.count >= 34:
      (family, proto, transport) = (.v4, bytes[23], 34)
      let fragment = UInt16(bytes[20]) << 8 | UInt16(bytes[21])
      kind =
        fragment & IPv4Header.fragmentOffsetMask != 0
        ? .laterFragment
        : fragment & IPv4Header.moreFragments != 0 ? .firstFragment : bytes[14] == 0x45 ? .plain : .extended
    case [0x86, 0xdd] where bytes.count >= 54:
      (family, proto, transport) = (.v6, bytes[20], 54)
      kind = Self.kind6(bytes)
    default: (family, proto, transport, kind) = (nil, 0, 14, .plain)
    }
  }

  private static let extensions: Set<UInt8> = [0, 43, 60, 135, 139, 140]

  private static func kind6(_ bytes: [UInt8]) -> Kind {
    if bytes[20] == 44, bytes.count >= 62 {
      let offset = UInt16(bytes[56]) << 8 | UInt16(bytes[57])
      return offset >> 3 != 0 ? .laterFragment : offset & 1 != 0 ? .firstFragment : .extended
    }
    return extensions.contains(bytes[20]) ? .extended : .plain
  }

  /// Of a frame of this shape: where its addresses are, and how long one is.
  var addresses: (offset: Int, size: Int)? { family.map { $0 == .v4 ? (26, 4) : (22, 16) } }

  func source(_ bytes: [UInt8]) -> Place? { addresses.flatMap { Place(bytes[$0.offset..<$0.offset + $0.size]) } }
  func destination(_ bytes: [UInt8]) -> Place? {
    addresses.flatMap { Place(bytes[$0.offset + $0.size..<$0.offset + 2 * $0.size]) }
  }
}

extension Place {
  /// The place of an address; nil if it is in no such cluster.
  init?(_ octets: ArraySlice<UInt8>) {
    let octets = Array(octets)
    let place =
      octets.count == 4 ? Place(network: octets[2], host: octets[3]) : Place(network: octets[7], host: octets[15])
    guard place.octets(octets.count == 4 ? .v4 : .v6) == octets else { return nil }
    self = place
  }
}
