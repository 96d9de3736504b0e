/// What a name must look like.
public enum NameRule: Sendable {
  /// RFC 1123 label: "a-b1", at most 63 characters.
  case dnsLabel
  /// RFC 1035 label: as above, but begins with a letter. Service names.
  case dnsLabel1035
  /// RFC 1123 subdomain: labels joined by dots, at most 253 characters.
  case dnsSubdomain

  /// What is wrong with a name, in the words of Kubernetes; empty when nothing is.
  public func problems(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > limit { problems.append("must be no more than \(limit) characters") }
    if !matches(name) { problems.append(explanation) }
    return problems
  }

  private var limit: Int {
    switch self {
    case .dnsLabel, .dnsLabel1035: 63
    case .dnsSubdomain: 253
    }
  }

  private func matches(_ name: String) -> Bool {
    switch self {
    case .dnsLabel: Self.isLabel(name.utf8[...])
    case .dnsLabel1035: Self.isLabel(name.utf8[...]) && !(name.utf8.first.map(Self.isDigit) ?? true)
    case .dnsSubdomain:
      name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
    }
  }

  private var explanation: String {
    switch self {
    case .dnsLabel:
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    case .dnsLabel1035:
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
        + "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
        + "'[a-z]([-a-z0-9]*[a-z0-9])?')"
    case .dnsSubdomain:
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    }
  }

  @inlinable
  public static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  @inlinable
  public static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
  @inlinable
  public static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

  private static func isLabel(_ label: Substring.UTF8View) -> Bool {
    guard let first = label.first, let last = label.last else { return false }
    func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLower(byte) }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
  }
}
