/// A routing rule: which packets are routed by which table.
public struct Rule: Hashable, Sendable {
  public var family: AddressFamily
  /// Rules are tried from the lowest number up; nil in a rule to add leaves the number to the kernel.
  public var priority: UInt32?
  public var source: InetPrefix?
  public var destination: InetPrefix?
  /// Name of the interface that the packet came in by.
  public var inputInterface: String?
  /// Name of the interface that a socket is bound to.
  public var outputInterface: String?
  /// The packet's mark must equal this in the bits of `markMask`.
  public var mark: UInt32?
  public var markMask: UInt32?
  /// The table to look in.
  public var table: UInt32
  public var action: RuleAction
  /// Who made the rule; for the owner to know its own.
  public var routeProtocol: RouteProtocol

  public init(
    family: AddressFamily, priority: UInt32? = nil, source: InetPrefix? = nil, destination: InetPrefix? = nil,
    inputInterface: String? = nil, outputInterface: String? = nil, mark: UInt32? = nil, markMask: UInt32? = nil,
    table: UInt32 = Route.mainTable, action: RuleAction = .lookUpTable, routeProtocol: RouteProtocol = .unspecified
  ) {
    self.family = family
    self.priority = priority
    self.source = source
    self.destination = destination
    self.inputInterface = inputInterface
    self.outputInterface = outputInterface
    self.mark = mark
    self.markMask = markMask
    self.table = table
    self.action = action
    self.routeProtocol = routeProtocol
  }
}

/// What a rule does: FR_ACT_* of `linux/fib_rules.h`.
public struct RuleAction: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let lookUpTable = RuleAction(rawValue: 1)
  public static let goTo = RuleAction(rawValue: 2)
  public static let blackhole = RuleAction(rawValue: 6)
  public static let unreachable = RuleAction(rawValue: 7)
  public static let prohibit = RuleAction(rawValue: 8)
}

extension Rule: CustomStringConvertible {
  public var description: String {
    var words = ["\(family)"]
    if let priority { words.append("\(priority):") }
    if let source { words.append("from \(source)") }
    if let destination { words.append("to \(destination)") }
    if let inputInterface { words.append("iif \(inputInterface)") }
    if let outputInterface { words.append("oif \(outputInterface)") }
    if let mark { words.append("fwmark 0x\(String(mark, radix: 16))") }
    words.append(action == .lookUpTable ? "lookup \(table)" : "action \(action.rawValue)")
    return words.joined(separator: " ")
  }
}
