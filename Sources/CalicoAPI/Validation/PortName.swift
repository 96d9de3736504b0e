/// What a port is called: an IANA service name.
public enum PortName {
  /// What is wrong with a name, in the words of Kubernetes; empty when nothing is.
  public static func problems(_ name: String) -> [String] {
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
