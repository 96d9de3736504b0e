import CalicoAPI
import Testing

@Suite("What is wrong with policies of Kubernetes")
struct KubernetesPolicyErrorTests {
  @Test(
    "what makes sense is taken",
    arguments: [
      "{}", #"{"podSelector":{},"policyTypes":["Ingress","Egress"]}"#,
      #"{"ingress":[{"from":[{"podSelector":{},"namespaceSelector":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}]}]}"#,
      #"{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":1,"endPort":65535}]}]}"#,
      #"{"egress":[{"to":[{"ipBlock":{"cidr":"fd00::/8"}}],"ports":[{"protocol":"SCTP","port":"web"},{"protocol":"UDP"}]}]}"#,
      #"{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/9","except":["10.127.0.0/16"]}}],"ports":[{"port":7,"endPort":7}]}]}"#,
    ])
  func good(text: String) throws {
    #expect(try decode(KubernetesNetworkPolicySpec.self, text).errors() == [])
  }

  private static let cidr = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"

  @Test(
    "what is wrong is said field by field",
    arguments: [
      (#"{"ingress":[{"from":[{}]}]}"#, ["spec.ingress[0].from[0]: Required value: must specify a peer"]),
      (
        #"{"egress":[{},{"to":[{"ipBlock":{"cidr":"10.0.0.0/8"},"podSelector":{}}]}]}"#,
        ["spec.egress[1].to[0]: Forbidden: may not specify both ipBlock and another peer"]
      ),
      (
        #"{"ingress":[{},{"from":[{"podSelector":{}},{"ipBlock":{"cidr":"x"}}]}]}"#,
        ["spec.ingress[1].from[1].ipBlock.cidr: Invalid value: \"x\": \(cidr)"]
      ),
      (#"{"ingress":[{"from":[{"ipBlock":{}}]}]}"#, ["spec.ingress[0].from[0].ipBlock.cidr: Required value"]),
      (
        #"{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.1"}}]}]}"#,
        ["spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.1\": \(cidr)"]
      ),
      (
        #"{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16","10.0.0.0/8","fd00::/8","a"]}}]}]}"#,
        [
          "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
          "spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"10.0.0.0/8\": must be a strict subset of `cidr`",
          "spec.ingress[0].from[0].ipBlock.except[2]: Invalid value: \"fd00::/8\": must be a strict subset of `cidr`",
          "spec.ingress[0].from[0].ipBlock.except[3]: Invalid value: \"a\": \(cidr)",
        ]
      ),
      (
        #"{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/9","except":["10.128.0.0/16"]}}]}]}"#,
        [
          "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"10.128.0.0/16\": must be a strict subset of `cidr`"
        ]
      ),
      (
        #"{"ingress":[{"ports":[{"protocol":"ICMP"},{"port":0},{"port":80,"endPort":79},{"endPort":9}]}]}"#,
        [
          "spec.ingress[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
          "spec.ingress[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive",
          "spec.ingress[0].ports[2].endPort: Invalid value: 79: must be greater than or equal to `port`",
          "spec.ingress[0].ports[3].endPort: Invalid value: 9: may not be specified when `port` is not specified",
        ]
      ),
      (
        #"{"egress":[{"ports":[{"port":"web","endPort":9},{"port":"-"},{"port":1,"endPort":70000}]}]}"#,
        [
          "spec.egress[0].ports[0].endPort: Invalid value: 9: may not be specified when `port` is non-numeric",
          "spec.egress[0].ports[1].port: Invalid value: \"-\": must contain at least one letter (a-z)",
          "spec.egress[0].ports[1].port: Invalid value: \"-\": must not begin or end with a hyphen",
          "spec.egress[0].ports[2].endPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        ]
      ),
      (
        #"{"policyTypes":["Ingress","Both"]}"#,
        ["spec.policyTypes[1]: Unsupported value: \"Both\": supported values: \"Egress\", \"Ingress\""]
      ),
      (
        #"{"policyTypes":["Ingress","Egress","Ingress"]}"#,
        ["spec.policyTypes: Invalid value: \"Ingress,Egress,Ingress\": may not specify more than two policyTypes"]
      ),
      (
        #"{"podSelector":{"matchExpressions":[{"key":"a","operator":"In"},{"key":"a","operator":"Exists","values":["b"]},"#
          + #"{"key":"a","operator":"Has"}]}}"#,
        [
          "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or "
            + "'NotIn'",
          "spec.podSelector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or "
            + "'DoesNotExist'",
          "spec.podSelector.matchExpressions[2].operator: Invalid value: \"Has\": not a valid selector operator",
        ]
      ),
    ] as [(String, [String])])
  func bad(text: String, errors: [String]) throws {
    #expect(try decode(KubernetesNetworkPolicySpec.self, text).errors().map(\.text) == errors)
  }

  @Test("labels of selectors are checked as labels are")
  func labels() throws {
    let spec = try decode(KubernetesNetworkPolicySpec.self, #"{"podSelector":{"matchLabels":{"a b":"c d"}}}"#)
    #expect(spec.errors().map(\.field) == ["spec.podSelector.matchLabels", "spec.podSelector.matchLabels"])
  }

  private static let rule = #"{"action":"Deny","from":[{"namespaces":{}}]}"#

  private static func cluster(_ more: String, _ head: String = #""tier":"Admin","priority":5"#) -> String {
    #"{\#(head),"subject":{"namespaces":{}},\#(more)}"#
  }

  @Test("a ClusterNetworkPolicy that makes sense is taken")
  func goodCluster() throws {
    let texts = [
      Self.cluster(#""ingress":[\#(Self.rule)]"#),
      Self.cluster(#""egress":[{"action":"Accept","to":[{"domainNames":["*.example.com","a.b."]},{"nodes":{}}]}]"#),
      Self.cluster(
        #""egress":[{"action":"Pass","to":[{"networks":["10.0.0.0/8","::/0"]}],"protocols":[{"tcp":{"destinationPort":"#
          + #"{"number":80}}},{"udp":{"destinationPort":{"range":{"start":1,"end":2}}}}]}]"#,
        #""tier":"Baseline","priority":0"#),
      Self.cluster(
        #""ingress":[{"action":"Accept","from":[{"pods":{}}],"protocols":[{"destinationNamedPort":"web"}]}]"#),
    ]
    for text in texts { #expect(try decode(ClusterNetworkPolicySpec.self, text).errors() == []) }
  }

  @Test(
    "what is wrong with a ClusterNetworkPolicy is said field by field",
    arguments: [
      (
        #"{}"#,
        [
          "spec.tier: Required value", "spec.priority: Required value",
          "spec.subject: Required value: exactly one of its fields must be set",
        ]
      ),
      (
        #"{"tier":"admin","priority":1001,"subject":{"namespaces":{},"pods":{}}}"#,
        [
          "spec.tier: Unsupported value: \"admin\": supported values: \"Admin\", \"Baseline\"",
          "spec.priority: Invalid value: 1001: spec.priority in body should be less than or equal to 1000",
          "spec.subject: Forbidden: exactly one of its fields may be set, there are 2",
        ]
      ),
      (
        cluster(#""ingress":[{"action":"Allow","from":[{}]},{"from":[]}]"#),
        [
          "spec.ingress[0].action: Unsupported value: \"Allow\": supported values: \"Accept\", \"Deny\", \"Pass\"",
          "spec.ingress[0].from[0]: Required value: exactly one of its fields must be set",
          "spec.ingress[1].action: Required value",
          "spec.ingress[1].from: Required value: must have at least 1 item",
        ]
      ),
      (
        cluster(#""ingress":[{"action":"Deny","from":[{"networks":["10.0.0.0/8"]}]}]"#),
        ["spec.ingress[0].from[0]: Forbidden: nodes, networks and domainNames are for egress rules only"]
      ),
      (
        cluster(#""egress":[{"action":"Accept","to":[{"networks":["10.0.0.1"]},{"domainNames":["com","*.a"]}]}]"#),
        [
          "spec.egress[0].to[0].networks[0]: Invalid value: \"10.0.0.1\": Invalid CIDR format provided",
          "spec.egress[0].to[1].domainNames[0]: Invalid value: \"com\": must be a domain name such as example.com or "
            + "*.example.com",
          "spec.egress[0].to[1].domainNames[1]: Invalid value: \"*.a\": must be a domain name such as example.com or "
            + "*.example.com",
        ]
      ),
      (
        cluster(
          #""egress":[{"action":"Deny","to":[{"nodes":{}},{"domainNames":["a.b"]}],"#
            + #""protocols":[{"destinationNamedPort":"web"}]}]"#),
        [
          "spec.egress[0].protocols: Forbidden: networks/nodes/domainNames peer cannot be set with namedPorts since there "
            + "are no namedPorts for networks/nodes/domainNames",
          "spec.egress[0].to: Forbidden: domainNames are for Accept rules only",
        ]
      ),
      (
        cluster(
          #""ingress":[{"action":"Deny","from":[{"pods":{}}],"protocols":[{},{"tcp":{}},{"udp":{"destinationPort":{}}},"#
            + #"{"sctp":{"destinationPort":{"range":{"start":9,"end":9}}}}]}]"#),
        [
          "spec.ingress[0].protocols[0]: Required value: exactly one of its fields must be set",
          "spec.ingress[0].protocols[1].tcp.destinationPort: Required value",
          "spec.ingress[0].protocols[2].udp.destinationPort: Required value: exactly one of its fields must be set",
          "spec.ingress[0].protocols[3].sctp.destinationPort.range: Invalid value: \"9-9\": Start port must be less than "
            + "End port",
        ]
      ),
      (
        cluster(#""ingress":[\#(Array(repeating: rule, count: 26).joined(separator: ","))]"#),
        ["spec.ingress: Too many: 26: must have at most 25 items"]
      ),
    ] as [(String, [String])])
  func badCluster(text: String, errors: [String]) throws {
    #expect(try decode(ClusterNetworkPolicySpec.self, text).errors().map(\.text) == errors)
  }
}
