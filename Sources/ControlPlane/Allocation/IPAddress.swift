import CalicoAPI
import Foundation

/// An IPv4 or IPv6 address.
struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  enum Family: String, Sendable, Hashable {
    case v4 = "IPv4"
    case v6 = "IPv6"

    var bits: Int { self == .v4 ? 32 : 128 }
  }

  let family: Family
  /// The address as a number.
  let value: UInt128

  init(family: Family, value: UInt128) {
    self.family = family
    self.value = value
  }

  /// Reads the usual text forms; nil for anything else, also for leading zeros in IPv4.
  init?(_ text: String) {
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, text, &v4) == 1 {
      self.init(family: .v4, value: UInt128(UInt32(bigEndian: v4.s_addr)))
    } else if inet_pton(AF_INET6, text, &v6) == 1 {
      let value = withUnsafeBytes(of: &v6) { bytes in bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
      self.init(family: .v6, value: value)
    } else {
      return nil
    }
  }

  var description: String {
    if family == .v4 {
      return [24, 16, 8, 0].map { String((value >> UInt128($0)) & 0xFF) }.joined(separator: ".")
    }
    var address = in6_addr()
    withUnsafeMutableBytes(of: &address) { bytes in
      for index in 0..<16 { bytes[index] = UInt8(truncatingIfNeeded: value >> UInt128(120 - index * 8)) }
    }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A range of addresses in CIDR form.
struct IPPrefix: Sendable, Hashable, CustomStringConvertible {
  /// The first address of the range.
  let address: IPAddress
  let length: Int

  /// Reads e.g. "10.96.0.0/12"; bits behind the prefix are cleared. Nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]),
      parts[1].utf8.allSatisfy(NameRule.isDigit), (0...address.family.bits).contains(length)
    else { return nil }
    let hostBits = address.family.bits - length
    let mask = hostBits == 128 ? 0 : UInt128.max << UInt128(hostBits)
    self.address = IPAddress(family: address.family, value: address.value & mask)
    self.length = length
  }

  var description: String { "\(address)/\(length)" }

  /// How many addresses the range has, at most 2^63.
  var count: Int64 { Int64(1) << Int64(min(62, address.family.bits - length)) }

  func contains(_ other: IPAddress) -> Bool {
    guard other.family == address.family else { return false }
    let hostBits = address.family.bits - length
    return hostBits == 128 || other.value >> UInt128(hostBits) == address.value >> UInt128(hostBits)
  }

  subscript(offset: Int64) -> IPAddress {
    IPAddress(family: address.family, value: address.value + UInt128(offset))
  }
}
