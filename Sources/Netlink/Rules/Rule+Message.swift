/// Attribute numbers of rule messages: FRA_* of `linux/fib_rules.h`.
private enum RuleAttribute {
  static let destination: UInt16 = 1
  static let source: UInt16 = 2
  static let inputInterface: UInt16 = 3
  static let priority: UInt16 = 6
  static let mark: UInt16 = 10
  static let table: UInt16 = 15
  static let markMask: UInt16 = 16
  static let outputInterface: UInt16 = 17
  static let routeProtocol: UInt16 = 21
}

extension Rule {
  /// Reads the payload of RTM_NEWRULE: `struct fib_rule_hdr`, then attributes.
  init(message: ArraySlice<UInt8>) throws(MalformedMessage) {
    var reader = ByteReader(message)
    self.init(family: AddressFamily(rawValue: try reader.read()))
    let destinationLength = Int(try reader.read(UInt8.self))
    let sourceLength = Int(try reader.read(UInt8.self))
    try reader.skip(1)
    table = UInt32(try reader.read(UInt8.self))
    try reader.skip(2)
    action = RuleAction(rawValue: try reader.read())
    try reader.skip(4)
    // The kernel leaves the attribute out for 0.
    priority = 0
    for attribute in try Attribute.list(in: reader.rest) {
      switch attribute.type {
      case RuleAttribute.destination: destination = Self.prefix(attribute, destinationLength)
      case RuleAttribute.source: source = Self.prefix(attribute, sourceLength)
      case RuleAttribute.inputInterface: inputInterface = attribute.text
      case RuleAttribute.outputInterface: outputInterface = attribute.text
      case RuleAttribute.priority: priority = attribute.number()
      case RuleAttribute.mark: mark = attribute.number()
      case RuleAttribute.markMask: markMask = attribute.number()
      case RuleAttribute.table: table = attribute.number() ?? table
      case RuleAttribute.routeProtocol: routeProtocol = RouteProtocol(rawValue: attribute.number() ?? 0)
      default: break
      }
    }
  }

  private static func prefix(_ attribute: Attribute, _ length: Int) -> InetPrefix? {
    attribute.address.flatMap { InetPrefix($0, length: length) }
  }
}

extension MessageBuilder {
  /// A rule message that names or describes one rule.
  init(_ type: MessageType, _ flags: MessageFlags, _ rule: Rule) {
    self.init(type, flags)
    write(rule.family.rawValue)
    write(UInt8(rule.destination?.length ?? 0))
    write(UInt8(rule.source?.length ?? 0))
    write(UInt8(0))
    write(UInt8(exactly: rule.table) ?? 0)
    write(UInt16(0))
    write(rule.action.rawValue)
    write(UInt32(0))
    if let prefix = rule.destination { attribute(RuleAttribute.destination, bytes: prefix.address.bytes) }
    if let prefix = rule.source { attribute(RuleAttribute.source, bytes: prefix.address.bytes) }
    if let name = rule.inputInterface { attribute(RuleAttribute.inputInterface, text: name) }
    if let name = rule.outputInterface { attribute(RuleAttribute.outputInterface, text: name) }
    if let priority = rule.priority { attribute(RuleAttribute.priority, priority) }
    if let mark = rule.mark { attribute(RuleAttribute.mark, mark) }
    if let mask = rule.markMask { attribute(RuleAttribute.markMask, mask) }
    attribute(RuleAttribute.table, rule.table)
    if rule.routeProtocol != .unspecified { attribute(RuleAttribute.routeProtocol, rule.routeProtocol.rawValue) }
  }
}
