extension NetlinkConnection {
  /// Adds a rule.
  ///
  /// - Throws: an error with `isAlreadyThere` if there is one just like it.
  public func addRule(_ rule: Rule) throws(NetlinkError) {
    try change("add rule \(rule)", MessageBuilder(.newRule, [.request, .acknowledge, .create, .exclusive], rule))
  }

  /// Takes a rule away: the first that agrees with all that is given.
  ///
  /// - Throws: an error with `isNotFound` if there is none.
  public func deleteRule(_ rule: Rule) throws(NetlinkError) {
    try change("delete rule \(rule)", MessageBuilder(.deleteRule, [.request, .acknowledge], rule))
  }

  /// Rules of one family, in the order in which they are tried.
  public func rules(family: AddressFamily) throws(NetlinkError) -> [Rule] {
    var builder = MessageBuilder(.getRule, [.request, .dump])
    builder.write(family.rawValue)
    builder.write(bytes: [UInt8](repeating: 0, count: 11))
    return try list("list \(family) rules", builder, of: .newRule, Rule.init(message:))
  }
}
