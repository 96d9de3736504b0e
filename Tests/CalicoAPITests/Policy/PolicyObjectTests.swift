import CalicoAPI
import Testing

@Suite("Policies as the API writes them")
struct PolicyObjectTests {
  private static func expectSame<Value: Codable & Equatable>(_ type: Value.Type, _ text: String) throws {
    #expect(try encode(decode(type, text)) == text)
  }

  @Test("a NetworkPolicy of Kubernetes round-trips: no selector and an empty one are different things")
  func kubernetes() throws {
    try Self.expectSame(
      KubernetesNetworkPolicy.self,
      #"{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a","namespace":"n"},"#
        + #""spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]}],"#
        + #""ingress":[{"from":[{"namespaceSelector":{}},{"podSelector":{"matchLabels":{"a":"b"}}}],"#
        + #""ports":[{"endPort":90,"port":80,"protocol":"TCP"},{"port":"web"}]},{}],"#
        + #""podSelector":{"matchExpressions":[{"key":"t","operator":"In","values":["x","y"]}]},"policyTypes":["Ingress"]}}"#
    )
    let open = try decode(
      KubernetesNetworkPolicy.self,
      #"{"metadata":{"name":"a"},"spec":{"ingress":[{"from":[{"podSelector":{}}],"ports":null}]}}"#)
    #expect(open.spec.podSelector.isEmpty)
    let peer = try #require(open.spec.ingress.first?.from.first)
    #expect(peer.podSelector == LabelSelector())
    #expect(peer.namespaceSelector == nil)
    #expect(try encode(KubernetesNetworkPolicySpec()) == #"{"podSelector":{}}"#)
  }

  @Test(
    "types that are not given follow from the rules",
    arguments: [
      (#"{}"#, [.ingress]), (#"{"egress":[]}"#, [.ingress]), (#"{"egress":[{}]}"#, [.ingress, .egress]),
      (#"{"egress":[{}],"policyTypes":["Egress"]}"#, [.egress]),
    ] as [(String, [PolicyType])])
  func kubernetesTypes(spec: String, types: [PolicyType]) throws {
    #expect(try decode(KubernetesNetworkPolicySpec.self, spec).effectiveTypes == types)
  }

  @Test(
    "Calico's types that are not given are those that have rules, Ingress where none has",
    arguments: [
      (#"{}"#, [.ingress]), (#"{"ingress":[{"action":"Allow"}]}"#, [.ingress]),
      (#"{"egress":[{"action":"Allow"}],"ingress":[]}"#, [.egress]),
      (#"{"egress":[{"action":"Allow"}],"ingress":[{"action":"Deny"}]}"#, [.ingress, .egress]),
      (#"{"ingress":[],"types":["Ingress","Egress"]}"#, [.ingress, .egress]),
    ] as [(String, [PolicyType])])
  func calicoTypes(spec: String, types: [PolicyType]) throws {
    #expect(try decode(NetworkPolicySpec.self, spec).effectiveTypes == types)
    #expect(try decode(GlobalNetworkPolicySpec.self, spec).effectiveTypes == types)
  }

  @Test("a GlobalNetworkPolicy round-trips with every field")
  func global() throws {
    try Self.expectSame(
      GlobalNetworkPolicy.self,
      #"{"apiVersion":"projectcalico.org/v3","kind":"GlobalNetworkPolicy","metadata":{"name":"a"},"spec":"#
        + #"{"applyOnForward":true,"egress":[{"action":"Pass","destination":{"services":{"name":"s","namespace":"n"}}}],"#
        + #""ingress":[{"action":"Allow","destination":{"notPorts":["8000:8080"],"ports":[80,"web"]},"#
        + #""http":{"methods":["GET"],"paths":[{"exact":"/a"},{"prefix":"/b"}]},"ipVersion":4,"#
        + #""metadata":{"annotations":{"a":"b"}},"protocol":"TCP","source":{"namespaceSelector":"global()","#
        + #""nets":["10.0.0.0/8"],"notNets":["10.1.0.0/16"],"notSelector":"b","selector":"a","#
        + #""serviceAccounts":{"names":["x"],"selector":"y"}}},"#
        + #"{"action":"Log","icmp":{"code":0,"type":8},"notICMP":{"type":3},"notProtocol":17,"protocol":1}],"#
        + #""namespaceSelector":"all()","order":12.5,"performanceHints":["AssumeNeededOnEveryNode"],"preDNAT":true,"#
        + #""selector":"has(a)","serviceAccountSelector":"all()","tier":"t","types":["Ingress"]}}"#)
  }

  @Test("a ClusterNetworkPolicy round-trips, also with what is required and empty")
  func cluster() throws {
    try Self.expectSame(
      ClusterNetworkPolicy.self,
      #"{"apiVersion":"policy.networking.k8s.io/v1alpha2","kind":"ClusterNetworkPolicy","metadata":{"name":"a"},"#
        + #""spec":{"egress":[{"action":"Pass","to":[{"nodes":{}},{"networks":["10.0.0.0/8"]},{"domainNames":["a.b"]}]}],"#
        + #""ingress":[{"action":"Deny","from":[{"namespaces":{}},{"pods":{"namespaceSelector":{},"podSelector":{}}}],"#
        + #""name":"r","protocols":[{"tcp":{"destinationPort":{"number":80}}},"#
        + #"{"udp":{"destinationPort":{"range":{"end":9,"start":1}}}},{"destinationNamedPort":"web"}]}],"#
        + #""priority":0,"subject":{"namespaces":{}},"tier":"Admin"}}"#)
    let newer = try decode(ClusterIngressRule.self, #"{"action":"Deny","from":[{"futurePeer":{}}]}"#)
    #expect(newer.from == [ClusterPolicyPeer()])
  }

  @Test("staged policies have the policy's own fields and an action")
  func staged() throws {
    try Self.expectSame(
      StagedNetworkPolicy.self,
      #"{"apiVersion":"projectcalico.org/v3","kind":"StagedNetworkPolicy","metadata":{"name":"a","namespace":"n"},"#
        + #""spec":{"selector":"a","stagedAction":"Delete","tier":"default"}}"#)
    #expect(
      try decode(StagedGlobalNetworkPolicy.self, #"{"metadata":{"name":"a"},"spec":{"order":1}}"#).spec.stagedAction
        == .set)
    let kubernetes = try decode(
      StagedKubernetesNetworkPolicy.self, #"{"metadata":{"name":"a"},"spec":{"stagedAction":"Ignore","ingress":[{}]}}"#)
    #expect(kubernetes.spec.policy.ingress.count == 1)
    #expect(StagedKubernetesNetworkPolicy.isNamespaced && !StagedGlobalNetworkPolicy.isNamespaced)
  }

  @Test("tiers, profiles, host endpoints, sets and service accounts round-trip")
  func others() throws {
    try Self.expectSame(
      Tier.self,
      #"{"apiVersion":"projectcalico.org/v3","kind":"Tier","metadata":{"name":"a"},"#
        + #""spec":{"defaultAction":"Pass","order":100}}"#)
    try Self.expectSame(
      Profile.self,
      #"{"apiVersion":"projectcalico.org/v3","kind":"Profile","metadata":{"name":"a"},"#
        + #""spec":{"egress":[{"action":"Allow"}],"ingress":[{"action":"Deny"}],"labelsToApply":{"a":"b"}}}"#)
    try Self.expectSame(
      HostEndpoint.self,
      #"{"apiVersion":"projectcalico.org/v3","kind":"HostEndpoint","metadata":{"labels":{"a":"b"},"name":"a"},"spec":"#
        + #"{"expectedIPs":["10.0.0.1"],"interfaceName":"eth0","node":"n","#
        + #""ports":[{"name":"web","port":80,"protocol":"TCP"}],"profiles":["p"]}}"#)
    for text in [
      #"{"apiVersion":"projectcalico.org/v3","kind":"NetworkSet","metadata":{"name":"a","namespace":"n"},"#
        + #""spec":{"nets":["10.0.0.0/8"]}}"#
    ] { try Self.expectSame(NetworkSet.self, text) }
    try Self.expectSame(
      ServiceAccount.self,
      #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"labels":{"a":"b"},"name":"a","namespace":"n"}}"#)
  }

  @Test("a stored object shows the labels that Calico keeps in an annotation")
  func stored() throws {
    let stored = try decode(
      CalicoObject<GlobalNetworkSetKind, CustomProjectCalico>.self,
      #"""
      {"metadata":{"name":"default.a","uid":"u","annotations":{"projectcalico.org/metadata":
        "{\"name\":\"a\",\"labels\":{\"x\":\"y\"},\"annotations\":{\"c\":\"d\"},\"creationTimestamp\":null}"}},
       "spec":{"nets":["10.0.0.0/8"]}}
      """#)
    let served = stored.asServed
    #expect(served.name == "a")
    #expect(served.uid == "u")
    #expect(served.metadata.labels == ["x": "y"])
    #expect(served.metadata.annotations == ["c": "d"])
    #expect(served.spec.nets == ["10.0.0.0/8"])
    let plain = try decode(
      CalicoObject<GlobalNetworkSetKind, CustomProjectCalico>.self, #"{"metadata":{"name":"a","labels":{"x":"y"}}}"#)
    #expect(plain.asServed.metadata == plain.metadata)
  }

  @Test(
    "protocols are names in any case or numbers",
    arguments: [
      ("TCP", 6), ("udp", 17), ("ICMP", 1), ("ICMPv6", 58), ("SCTP", 132), ("UDPLite", 136), (255, 255), ("47", 47),
      (0, nil), ("", nil), ("0", nil), ("256", nil), ("+6", nil), ("x", nil),
    ] as [(CalicoProtocol, UInt8?)])
  func protocols(value: CalicoProtocol, number: UInt8?) {
    #expect(value.number == number)
    #expect(value.hasPorts == [6, 17, 132].contains(number))
  }

  @Test(
    "ports are numbers, ranges or names",
    arguments: [
      (80, .range(80...80)), ("80", .range(80...80)), ("1:65535", .range(1...65535)), (0, .range(0...0)),
      ("7:7", .range(7...7)), ("web", .named("web")), ("a_b.c-9", .named("a_b.c-9")), ("2:1", nil), ("65536", nil),
      ("1:65536", nil), ("", nil), ("a b", nil), ("1:2:3", nil), (":", nil), ("1:", nil), ("-1", .named("-1")),
    ] as [(CalicoPort, CalicoPort.Meaning?)])
  func ports(value: CalicoPort, meaning: CalicoPort.Meaning?) {
    #expect(value.meaning == meaning)
  }

  @Test("what makes no sense is kept, and does not spoil the rest")
  func senseless() throws {
    let text = #"{"action":"Sing","destination":{"ports":[-1,99999999999]},"protocol":-5}"#
    let rule = try decode(CalicoRule.self, text)
    #expect(try encode(rule) == text)
    #expect(rule.protocol?.number == nil)
    #expect(rule.destination.ports.map(\.meaning) == [nil, nil])
  }

  @Test("label selectors read as kubectl writes them")
  func labelSelectors() {
    #expect(LabelSelector().description == "<none>")
    let selector = LabelSelector(
      matchLabels: ["b": "2", "a": "1"],
      matchExpressions: [
        LabelSelectorRequirement(key: "c", operator: .in, values: ["y", "x"]),
        LabelSelectorRequirement(key: "d", operator: .notIn, values: ["z"]),
        LabelSelectorRequirement(key: "e", operator: .exists),
        LabelSelectorRequirement(key: "aa", operator: .doesNotExist),
      ])
    #expect(selector.description == "a=1,!aa,b=2,c in (x,y),d notin (z),e")
  }
}
