import DataplaneABI
import Policy

/// A flow's first packet as policies see it.
struct TestPacket: Hashable, CustomStringConvertible {
  var source: AddressPrefix
  var destination: AddressPrefix
  var proto: UInt8
  /// Destination port, or ICMP's type and code.
  var detail: UInt16 = 0
  var sourcePort: UInt16 = 0

  var family: AddressFamily { source.family }
  var hasPorts: Bool { [6, 17, 132].contains(proto) }

  /// What the main program would ask, with the continuations 1, 2 and 3.
  var question: PolicyQuestion {
    var question = PolicyQuestion(
      source: source.wide, destination: destination.wide, transport: PolicyTransport(proto: proto, detail: detail),
      sourcePort: sourcePort)
    question.next = 1
    question.next2 = 2
    question.next3 = 3
    question.program = .max
    question.rule = .max
    return question
  }

  var description: String { "\(source):\(sourcePort) > \(destination), protocol \(proto), \(detail)" }
}

extension AddressPrefix {
  /// As `PolicyQuestion` has it; an IPv4 address comes with rubbish behind it.
  fileprivate var wide: IPv6Address {
    switch self {
    case .ipv4(let key): IPv6Address(key.address.rawValue, 0xdead_beef, 1, .max)
    case .ipv6(let key): key.address
    }
  }

  var octets: [UInt8] {
    switch self {
    case .ipv4(let key): withUnsafeBytes(of: key.address) { Array($0) }
    case .ipv6(let key): withUnsafeBytes(of: key.address) { Array($0) }
    }
  }

  var length: Int {
    switch self {
    case .ipv4(let key): Int(key.prefixLength)
    case .ipv6(let key): Int(key.prefixLength)
    }
  }

  /// Whether the address is in the prefix.
  func contains(_ address: AddressPrefix) -> Bool {
    guard family == address.family else { return false }
    let (own, other) = (octets, address.octets)
    let (whole, rest) = (length / 8, length % 8)
    return own.prefix(whole) == other.prefix(whole)
      && (rest == 0 || (own[whole] ^ other[whole]) >> UInt8(8 - rest) == 0)
  }
}

/// What became of a packet.
struct Decision: Hashable, CustomStringConvertible {
  var isAllowed: Bool
  /// Number of the rule that decided.
  var rule: Int
  var isLogged = false

  var description: String { "\(isAllowed ? "allowed" : "denied") by \(rule)\(isLogged ? ", logged" : "")" }
}
