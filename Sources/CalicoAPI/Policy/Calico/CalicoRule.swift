/// One rule of Calico's policies and profiles: what becomes of packets that match all of its fields.
public struct CalicoRule: Codable, Hashable, Sendable {
  @OmitZero public var action: CalicoAction
  /// 4 or 6; absent means both.
  public var ipVersion: Int?
  public var `protocol`: CalicoProtocol?
  public var notProtocol: CalicoProtocol?
  /// With `protocol` ICMP or ICMPv6.
  public var icmp: ICMPFields?
  public var notICMP: ICMPFields?
  @OmitZero public var source: EntityRule
  @OmitZero public var destination: EntityRule
  /// What only a proxy of HTTP can decide.
  public var http: HTTPMatch?
  public var metadata: RuleMetadata?

  public init(
    action: CalicoAction, ipVersion: Int? = nil, protocol: CalicoProtocol? = nil, notProtocol: CalicoProtocol? = nil,
    icmp: ICMPFields? = nil, notICMP: ICMPFields? = nil, source: EntityRule = EntityRule(),
    destination: EntityRule = EntityRule(), http: HTTPMatch? = nil, metadata: RuleMetadata? = nil
  ) {
    self.action = action
    self.ipVersion = ipVersion
    self.protocol = `protocol`
    self.notProtocol = notProtocol
    self.icmp = icmp
    self.notICMP = notICMP
    self.source = source
    self.destination = destination
    self.http = http
    self.metadata = metadata
  }
}

/// What a rule, or a tier that ends, does.
public struct CalicoAction: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let allow = CalicoAction(rawValue: "Allow")
  public static let deny = CalicoAction(rawValue: "Deny")
  /// The packet is noted, the next rule is asked.
  public static let log = CalicoAction(rawValue: "Log")
  /// The rest of the tier is left out.
  public static let pass = CalicoAction(rawValue: "Pass")
}

/// Messages of ICMP or ICMPv6.
public struct ICMPFields: Codable, Hashable, Sendable {
  /// 0 to 254; absent means all.
  public var type: Int?
  /// 0 to 255, with a type; absent means all.
  public var code: Int?

  public init(type: Int? = nil, code: Int? = nil) {
    self.type = type
    self.code = code
  }
}

/// Requests of HTTP: those with one of the methods and one of the paths.
public struct HTTPMatch: Codable, Hashable, Sendable {
  /// One of the two fields.
  public struct Path: Codable, Hashable, Sendable {
    @OmitZero public var exact: String
    @OmitZero public var prefix: String

    public init(exact: String = "", prefix: String = "") {
      self.exact = exact
      self.prefix = prefix
    }
  }

  /// Empty means all.
  @OmitZero public var methods: [String]
  /// Empty means all.
  @OmitZero public var paths: [Path]

  public init(methods: [String] = [], paths: [Path] = []) {
    self.methods = methods
    self.paths = paths
  }
}

/// What people note about a rule.
public struct RuleMetadata: Codable, Hashable, Sendable {
  @OmitZero public var annotations: [String: String]

  public init(annotations: [String: String] = [:]) { self.annotations = annotations }
}
