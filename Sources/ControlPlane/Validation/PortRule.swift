/// What port numbers, port names and protocols must look like.
enum PortRule {
  static let protocols = ["SCTP", "TCP", "UDP"]

  static func problems(_ port: JSON?, _ field: String) -> [FieldError] {
    guard let port, port != .null else { return [.required(field)] }
    guard let number = port.int, (1...65535).contains(number) else {
      return [.invalid(field, port, "must be between 1 and 65535, inclusive")]
    }
    return []
  }

  static func protocolProblems(_ value: JSON?, _ field: String) -> [FieldError] {
    guard let name = value?.string, !name.isEmpty else { return [.required(field)] }
    return protocols.contains(name) ? [] : [.notSupported(field, name, protocols)]
  }

  /// An IANA service name: what a named port of a container or a target port is called.
  static func nameProblems(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 15 { problems.append("must be no more than 15 characters") }
    let allowed = name.utf8.allSatisfy {
      NameRule.isLower($0) || NameRule.isDigit($0) || $0 == UInt8(ascii: "-")
    }
    if !allowed { problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)") }
    if !name.utf8.contains(where: NameRule.isLower) { problems.append("must contain at least one letter (a-z)") }
    if name.contains("--") { problems.append("must not contain consecutive hyphens") }
    if name.hasPrefix("-") || name.hasSuffix("-") { problems.append("must not begin or end with a hyphen") }
    return problems
  }
}
