import CalicoAPI
import Testing

@Suite("What is wrong with policies of Calico")
struct CalicoPolicyErrorTests {
  private static let selectors = SelectorRule { $0.contains("=== ") ? "column 3: no such operator" : nil }

  private static func errors(_ text: String) throws -> [String] {
    try decode(NetworkPolicySpec.self, text).errors(selectors).map(\.text)
  }

  private static func global(_ text: String) throws -> [String] {
    try decode(GlobalNetworkPolicySpec.self, text).errors(selectors).map(\.text)
  }

  /// Of one ingress rule, without the path of the rule.
  private static func rule(_ text: String, _ direction: String = "ingress") throws -> [String] {
    try errors(#"{"\#(direction)":[\#(text)]}"#).map { error in
      let path = "spec.\(direction)[0]."
      return error.hasPrefix(path) ? String(error.dropFirst(path.count)) : error
    }
  }

  @Test(
    "rules that make sense are taken",
    arguments: [
      #"{"action":"Allow"}"#, #"{"action":"Log","ipVersion":6,"protocol":"ICMPv6","icmp":{"type":128,"code":0}}"#,
      #"{"action":"Pass","protocol":"TCP","destination":{"ports":[80,"1:65535","web"]},"source":{"notPorts":[9]}}"#,
      #"{"action":"Deny","destination":{"ports":["web"]}}"#,
      #"{"action":"Deny","protocol":132,"source":{"ports":[7]}}"#,
      #"{"action":"Allow","source":{"nets":["10.0.0.0/8"],"namespaceSelector":"global()","selector":"has(a)"}}"#,
      #"{"action":"Allow","source":{"services":{"name":"web"}}}"#, #"{"action":"Deny","notICMP":{"type":8}}"#,
      #"{"action":"Allow","http":{"methods":["GET"],"paths":[{"prefix":"/a"}]},"protocol":6}"#,
      #"{"action":"Allow","source":{"serviceAccounts":{}},"metadata":{"annotations":{"a/b":"c"}}}"#,
    ])
  func good(text: String) throws { #expect(try Self.rule(text) == []) }

  private static let protocolText = "must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255"
  private static let portText =
    "must be a port from 1 to 65535, a range of them such as 8000:8080, or the name of a port"

  @Test(
    "what is wrong with a rule is said field by field",
    arguments: [
      (#"{}"#, ["action: Required value"]),
      (
        #"{"action":"Reject"}"#,
        ["action: Unsupported value: \"Reject\": supported values: \"Allow\", \"Deny\", \"Log\", \"Pass\""]
      ),
      (
        #"{"action":"Deny","ipVersion":5}"#, ["ipVersion: Unsupported value: \"5\": supported values: \"4\", \"6\""]
      ),
      (#"{"action":"Deny","protocol":"tcp"}"#, ["protocol: Invalid value: \"tcp\": \(protocolText)"]),
      (#"{"action":"Deny","notProtocol":0}"#, ["notProtocol: Invalid value: \"0\": \(protocolText)"]),
      (
        #"{"action":"Deny","protocol":"ICMP","ipVersion":6}"#,
        ["protocol: Invalid value: \"ICMP\": protocol ICMP requires ipVersion 4"]
      ),
      (
        #"{"action":"Deny","protocol":58,"ipVersion":4}"#,
        ["protocol: Invalid value: \"58\": protocol ICMPv6 requires ipVersion 6"]
      ),
      (
        #"{"action":"Deny","icmp":{"code":256}}"#,
        [
          "icmp: Forbidden: ICMP fields require protocol to be ICMP or ICMPv6",
          "icmp.code: Invalid value: 256: spec.ingress[0].icmp.code in body should be less than or equal to 255",
          "icmp.code: Invalid value: 256: ICMP code specified without an ICMP type",
        ]
      ),
      (
        #"{"action":"Deny","notICMP":{"type":-1}}"#,
        ["notICMP.type: Invalid value: -1: spec.ingress[0].notICMP.type in body should be greater than or equal to 0"]
      ),
      (
        #"{"action":"Deny","destination":{"ports":["web",80]}}"#,
        [
          "destination.ports: Forbidden: rules with numeric port or port range must set protocol to TCP or UDP or SCTP"
        ]
      ),
      (
        #"{"action":"Deny","protocol":"ICMP","source":{"notPorts":["web"]}}"#,
        ["source.notPorts: Forbidden: rules that specify ports must set protocol to TCP or UDP or SCTP"]
      ),
      (
        #"{"action":"Deny","protocol":"UDP","destination":{"ports":["9:8",0,65536]}}"#,
        [
          "destination.ports[0]: Invalid value: \"9:8\": \(portText)",
          "destination.ports[1]: Invalid value: \"0\": port range invalid, port number must be between 1 and 65535",
          "destination.ports[2]: Invalid value: \"65536\": \(portText)",
        ]
      ),
      (
        #"{"action":"Deny","source":{"nets":["10.0.0.1"],"notNets":["0.0.0.0/0"]},"destination":{"nets":["10.0.0.1/8"]}}"#,
        [
          "source.nets[0]: Invalid value: \"10.0.0.1\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
          "source.notNets[0]: Invalid value: \"0.0.0.0/0\": catch-all CIDR in negation creates logical contradiction "
            + "(matches no traffic)",
          "destination.nets[0]: Invalid value: \"10.0.0.1/8\": has address bits beyond its length",
        ]
      ),
      (
        #"{"action":"Deny","source":{"nets":["10.0.0.0/8"]},"destination":{"nets":["fd00::/8"]}}"#,
        ["destination.nets: Forbidden: rule contains both IPv4 and IPv6 CIDRs"]
      ),
      (
        #"{"action":"Deny","ipVersion":4,"source":{"nets":["fd00::/8","fd00::/8"]}}"#,
        [
          "source.nets[1]: Duplicate value: \"fd00::/8\"",
          "source.nets: Forbidden: rule IP version doesn't match CIDR version",
        ]
      ),
      (
        #"{"action":"Deny","source":{"selector":"a === 'b'","notSelector":"global()","namespaceSelector":"global() || a"}}"#,
        [
          "source.selector: Invalid value: \"a === 'b'\": column 3: no such operator",
          "source.notSelector: Invalid value: \"global()\": global() can only be used in an EntityRule namespaceSelector",
          "source.namespaceSelector: Invalid value: \"global() || a\": global() cannot be combined with other selectors",
        ]
      ),
      (
        #"{"action":"Deny","source":{"services":{"name":"x"},"selector":"a","nets":["10.0.0.0/8"],"namespaceSelector":"b","#
          + #""serviceAccounts":{}}}"#,
        [
          "source.services: Forbidden: cannot specify NamespaceSelector and Services on the same rule",
          "source.services: Forbidden: cannot specify ServiceAccounts and Services on the same rule",
          "source.services: Forbidden: cannot specify Selector/NotSelector and Services on the same rule",
          "source.services: Forbidden: cannot specify Nets/NotNets and Services on the same rule",
        ]
      ),
      (
        #"{"action":"Deny","destination":{"services":{}}}"#,
        [
          "destination.services.name: Required value: services must specify a service name",
          "destination.services: Forbidden: not allowed in ingress rule destination",
        ]
      ),
      (
        #"{"action":"Deny","http":{"methods":["GET","GET"],"paths":[{"exact":"/a","prefix":"/b"},{},{"exact":"a"}]}}"#,
        [
          "http: Forbidden: HTTP match is only valid on Allow rules", "http.methods[1]: Duplicate value: \"GET\"",
          "http.paths[0]: Forbidden: Both 'exact' and 'prefix' are set",
          "http.paths[1]: Required value: Either 'exact' or 'prefix' must be set",
          "http.paths[2].exact: Invalid value: \"a\": must start with `/` and not contain `?` or `#` or blanks",
        ]
      ),
    ] as [(String, [String])])
  func bad(text: String, errors: [String]) throws { #expect(try Self.rule(text) == errors) }

  @Test(
    "a rule's ranges begin where they begin, at any bit",
    arguments: [
      ("10.128.0.0/9", true), ("10.64.0.0/9", false), ("10.0.0.255/32", true), ("10.0.0.254/31", true),
      ("10.0.0.255/31", false), ("0.0.0.0/0", true), ("128.0.0.0/0", false), ("fd00:8000::/17", true),
      ("fd00:4000::/17", false), ("fd00::1/128", true), ("fd00::1/127", false),
    ])
  func rangeStarts(net: String, isStart: Bool) throws {
    let errors = try Self.rule(#"{"action":"Deny","source":{"nets":["\#(net)"]}}"#)
    let error = "source.nets[0]: Invalid value: \"\(net)\": has address bits beyond its length"
    #expect(errors == (isStart ? [] : [error]))
  }

  @Test("of egress rules the source is the endpoint itself, and no proxy decides")
  func egress() throws {
    #expect(
      try Self.rule(
        #"{"action":"Allow","protocol":"TCP","source":{"services":{"name":"x"}},"destination":{"services":{"name":"y"},"#
          + #""ports":[80]},"http":{}}"#, "egress") == [
          "destination.services: Forbidden: ports and notPorts cannot be specified with services",
          "source.services: Forbidden: not allowed in egress rule source",
          "http: Forbidden: not allowed in egress rule",
        ])
  }

  @Test("a service of a policy without namespace names its own")
  func serviceNamespace() throws {
    let rule = #"[{"action":"Allow","destination":{"services":{"name":"x"}}}]"#
    #expect(try Self.errors(#"{"egress":\#(rule)}"#) == [])
    #expect(
      try Self.global(#"{"egress":\#(rule)}"#) == [
        "spec.egress[0].destination.services.namespace: Required value: must specify a namespace"
      ])
  }

  @Test("limits are Calico's")
  func limits() throws {
    func list(_ count: Int, _ element: (Int) -> String) -> String {
      "[" + (0..<count).map(element).joined(separator: ",") + "]"
    }
    func nets(_ count: Int) -> String {
      #"{"action":"Deny","source":{"nets":\#(list(count) { "\"10.\($0 / 256).\($0 % 256).0/24\"" })}}"#
    }
    #expect(try Self.rule(nets(256)) == [])
    #expect(try Self.rule(nets(257)) == ["source.nets: Too many: 257: must have at most 256 items"])
    func ports(_ count: Int) -> String {
      #"{"action":"Deny","protocol":"TCP","source":{"ports":\#(list(count) { "\($0 + 1)" })}}"#
    }
    #expect(try Self.rule(ports(50)) == [])
    #expect(try Self.rule(ports(51)) == ["source.ports: Too many: 51: must have at most 50 items"])
    func rules(_ count: Int) -> String { #"{"ingress":\#(list(count) { _ in #"{"action":"Deny"}"# })}"# }
    #expect(try Self.errors(rules(1024)) == [])
    #expect(try Self.errors(rules(1025)) == ["spec.ingress: Too many: 1025: must have at most 1024 items"])
    func selector(_ count: Int) -> String { #"{"selector":"\#(String(repeating: "a", count: count))"}"# }
    #expect(try Self.errors(selector(1024)) == [])
    #expect(try Self.errors(selector(1025)) == ["spec.selector: Too long: may not be more than 1024 bytes"])
  }

  @Test(
    "policies for hosts",
    arguments: [
      (#"{"doNotTrack":true,"applyOnForward":true}"#, []),
      (#"{"preDNAT":true,"applyOnForward":true,"types":["Ingress"]}"#, []),
      (
        #"{"preDNAT":true,"doNotTrack":true}"#,
        [
          "spec.preDNAT: Forbidden: preDNAT and doNotTrack cannot both be true",
          "spec.applyOnForward: Required value: applyOnForward must be true if either preDNAT or doNotTrack is true",
        ]
      ),
      (
        #"{"preDNAT":true,"applyOnForward":true,"types":["Egress"],"egress":[{"action":"Deny"}]}"#,
        [
          "spec.egress: Forbidden: preDNAT policy cannot have any egress rules",
          "spec.types: Forbidden: preDNAT policy cannot have 'Egress' type",
        ]
      ),
      (
        #"{"namespaceSelector":"global()","types":["Ingress","Ingress","X"],"performanceHints":["Fast"],"tier":"A"}"#,
        [
          "spec.types[2]: Unsupported value: \"X\": supported values: \"Egress\", \"Ingress\"",
          "spec.types[1]: Duplicate value: \"Ingress\"",
          "spec.performanceHints[0]: Unsupported value: \"Fast\": supported values: \"AssumeNeededOnEveryNode\"",
          "spec.namespaceSelector: Invalid value: \"global()\": global() can only be used in an EntityRule "
            + "namespaceSelector",
        ]
      ),
    ] as [(String, [String])])
  func hosts(text: String, errors: [String]) throws {
    #expect(try Self.global(text).filter { !$0.hasPrefix("spec.tier: ") } == errors)
  }

  private static func object<Kind: ValidatedKind>(_: Kind.Type, _ name: String, _ spec: String) throws -> [String] {
    let text = #"{"metadata":{"name":"\#(name)","labels":{"projectcalico.org/namespace":"x"}},"spec":\#(spec)}"#
    return try decode(CalicoObject<Kind, ProjectCalico>.self, text).errors(selectors).map(\.text)
  }

  @Test("policies' names have one dot at most")
  func names() throws {
    for name in ["a", "tier.a"] {
      #expect(try Self.object(NetworkPolicyKind.self, name, "{}") == [])
      #expect(try Self.object(GlobalNetworkPolicyKind.self, name, "{}") == [])
    }
    #expect(try Self.object(NetworkPolicyKind.self, "knp.default.a.b.c", "{}") == [])
    #expect(
      try Self.object(GlobalNetworkPolicyKind.self, "knp.default.a", "{}") == [
        "metadata.name: Invalid value: \"knp.default.a\": a policy's name has at most one dot"
      ])
  }

  @Test("staged policies are checked as policies are, and say nothing where they delete")
  func staged() throws {
    let bad = #"{"ingress":[{"action":"Deny","protocol":"x"}],"stagedAction":"Set"}"#
    #expect(try Self.object(StagedNetworkPolicyKind.self, "a", bad).count == 1)
    #expect(try Self.object(StagedGlobalNetworkPolicyKind.self, "a", bad).count == 1)
    #expect(try Self.object(StagedNetworkPolicyKind.self, "a", #"{"tier":"t","stagedAction":"Delete"}"#) == [])
    let delete = "spec: Forbidden: Spec fields, except Tier, should all be zero-value if stagedAction is Delete"
    #expect(
      try Self.object(StagedGlobalNetworkPolicyKind.self, "a", #"{"order":1,"stagedAction":"Delete"}"#) == [delete])
    #expect(
      try Self.object(
        StagedKubernetesNetworkPolicyKind.self, "a", #"{"stagedAction":"Drop","ingress":[{"from":[{}]}]}"#)
        == [
          "spec.stagedAction: Unsupported value: \"Drop\": supported values: \"Delete\", \"Ignore\", \"Learn\", \"Set\"",
          "spec.ingress[0].from[0]: Required value: must specify a peer",
        ])
  }

  @Test("the tiers that every cluster has stay as they are")
  func tiers() throws {
    #expect(try Self.object(TierKind.self, "a", #"{"order":-5,"defaultAction":"Pass"}"#) == [])
    #expect(try Self.object(TierKind.self, "default", #"{"order":1000000}"#) == [])
    #expect(
      try Self.object(TierKind.self, "kube-admin", #"{"order":1}"#) == [
        "spec.defaultAction: Invalid value: \"Deny\": The 'kube-admin' tier must have default action 'Pass'",
        "spec.order: Invalid value: \"1.0\": kube-admin tier order must be 1000",
      ])
    #expect(
      try Self.object(TierKind.self, "a", #"{"defaultAction":"Allow"}"#) == [
        "spec.defaultAction: Unsupported value: \"Allow\": supported values: \"Deny\", \"Pass\""
      ])
  }

  @Test("sets have ranges, host endpoints an interface or addresses")
  func setsAndHosts() throws {
    #expect(
      try Self.object(NetworkSetKind.self, "a", #"{"nets":["10.0.0.1","10.0.0.1/8","x","10.0.0.1"]}"#) == [
        "metadata.labels: Invalid value: \"projectcalico.org/namespace\": projectcalico.org/namespace is not a valid label "
          + "name",
        "spec.nets[3]: Duplicate value: \"10.0.0.1\"",
        "spec.nets[2]: Invalid value: \"x\": must be a range of addresses such as 192.0.2.0/24, or an address",
      ])
    #expect(
      try Self.object(HostEndpointKind.self, "a", "{}") == [
        "spec.node: Required value: node must be specified",
        "spec.interfaceName: Required value: at least one of interfaceName or expectedIPs must be specified",
      ])
    #expect(try Self.object(HostEndpointKind.self, "a", #"{"node":"n","interfaceName":"*"}"#) == [])
    #expect(
      try Self.object(
        HostEndpointKind.self, "a",
        #"{"node":"n","interfaceName":"eth 0","expectedIPs":["10.0.0.1/32"],"profiles":["p","p"],"#
          + #""ports":[{"name":"web","port":0,"protocol":"ICMP"}]}"#) == [
          "spec.interfaceName: Invalid value: \"eth 0\": must be * or a name of 1 to 15 letters, digits, '_', '.' and '-'",
          "spec.expectedIPs[0]: Invalid value: \"10.0.0.1/32\": must be a valid IP address, (e.g. 10.9.8.7 or "
            + "2001:db8::ffff)",
          "spec.profiles[1]: Duplicate value: \"p\"",
          "spec.ports[0].protocol: Invalid value: \"ICMP\": must be TCP, UDP or SCTP: it has no ports",
          "spec.ports[0].port: Invalid value: 0: spec.ports[0].port in body should be greater than or equal to 1",
        ])
  }

  @Test("values are quoted so that they can be read")
  func quoting() {
    #expect(
      FieldError.invalid("a", "b \"c\" \\ \n\u{1}é", "no").message == #"Invalid value: "b \"c\" \\ \n\u0001é": no"#)
  }
}
