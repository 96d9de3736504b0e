import CalicoAPI
import Policy
import Testing

@Suite("Which policies pods have")
struct PolicyResolverTests {
  private var resolver = PolicyResolver()

  init() {
    for name in ["x", "y"] {
      resolver.setNamespace(Namespace(metadata: ObjectMeta(name: name, labels: ["ns": name])))
    }
    for (name, namespace) in [("a", "x"), ("b", "x"), ("a", "y")] {
      resolver.setEndpoint(endpoint(name, namespace))
    }
    _ = resolver.takeChanges()
  }

  private func endpoint(_ name: String, _ namespace: String, _ labels: [String: String] = [:]) -> PolicyEndpoint {
    var pod = Pod(metadata: ObjectMeta(name: name, namespace: namespace, labels: ["pod": name].merging(labels) { $1 }))
    pod.spec.serviceAccountName = "default"
    return PolicyEndpoint(pod)
  }

  private func ids(_ paths: String...) -> Set<PolicyEndpointID> {
    Set(paths.map { PolicyEndpointID(namespace: Topology.split($0).namespace, name: Topology.split($0).name) })
  }

  @Test("a policy changes the pods that it is about, and no others")
  mutating func policyChange() {
    resolver.setPolicy(gnp("p", "pod == 'a'", ingress: [rule(.deny)]))
    #expect(Set(resolver.takeChanges().endpoints.keys) == ids("x/a", "y/a"))
    resolver.setPolicy(gnp("p", "pod == 'b'", ingress: [rule(.deny)]))
    #expect(Set(resolver.takeChanges().endpoints.keys) == ids("x/a", "x/b", "y/a"))
    resolver.setPolicy(gnp("p", "pod == 'b'", ingress: [rule(.deny)]))
    #expect(resolver.takeChanges().isEmpty)
    resolver.setPolicy(np("y", "q", "pod == 'c'", ingress: [rule(.deny)]))
    #expect(resolver.takeChanges().isEmpty, "nobody has it")
    resolver.removePolicy(PolicyKey(.globalNetworkPolicy, name: "p"))
    #expect(Set(resolver.takeChanges().endpoints.keys) == ids("x/b"))
  }

  @Test("labels change the pod that has them, and those that inherit them")
  mutating func labelChange() {
    resolver.setPolicy(gnp("p", "pod == 'z'", ingress: [rule(.deny)]))
    resolver.setPolicy(gnp("q", namespaces: "ns == 'z'", ingress: [rule(.deny)]))
    #expect(resolver.takeChanges().isEmpty)
    resolver.setEndpoint(endpoint("a", "x", ["pod": "z"]))
    #expect(Set(resolver.takeChanges().endpoints.keys) == ids("x/a"))
    resolver.setNamespace(Namespace(metadata: ObjectMeta(name: "y", labels: ["ns": "z"])))
    #expect(Set(resolver.takeChanges().endpoints.keys) == ids("y/a"))
    resolver.setNamespace(Namespace(metadata: ObjectMeta(name: "y", labels: ["ns": "z", "more": "labels"])))
    #expect(resolver.takeChanges().isEmpty)
    resolver.setServiceAccount(ServiceAccount(metadata: ObjectMeta(name: "default", namespace: "x")))
    #expect(resolver.takeChanges().isEmpty)
  }

  @Test("what comes and goes in between is not told")
  mutating func nothingInBetween() {
    let policy = gnp("p", ingress: [rule(.deny, from: EntityRule(selector: "app == 'w'"))])
    resolver.setPolicy(policy)
    resolver.removePolicy(policy.key)
    #expect(resolver.takeChanges().isEmpty)
    resolver.setPolicy(policy)
    #expect(resolver.takeChanges().addedSets.count == 1)
    resolver.removePolicy(policy.key)
    resolver.setPolicy(policy)
    #expect(resolver.takeChanges().isEmpty)
    resolver.setEndpoint(endpoint("c", "x"))
    resolver.removeEndpoint(PolicyEndpointID(namespace: "x", name: "c"))
    #expect(resolver.takeChanges().isEmpty)
    resolver.removeEndpoint(PolicyEndpointID(namespace: "x", name: "a"))
    #expect(resolver.takeChanges().removedEndpoints == ids("x/a"))
    resolver.setEndpoint(endpoint("a", "x"))
    #expect(Set(resolver.takeChanges().endpoints.keys) == ids("x/a"))
  }

  @Test("sets are needed while a policy that some pod has needs them")
  mutating func sets() throws {
    let web = IPSetDefinition.selector(try Selector("app == 'w'"))
    let rules = [rule(.allow, from: EntityRule(selector: "app == \"w\""))]
    resolver.setPolicy(gnp("p", "pod == 'b'", ingress: rules))
    #expect(resolver.takeChanges().addedSets == [web.id: web])
    resolver.setPolicy(gnp("q", "pod == 'a'", ingress: rules))
    #expect(resolver.takeChanges().addedSets.isEmpty)
    resolver.setPolicy(gnp("far", "pod == 'nobody'", ingress: [rule(.allow, from: EntityRule(selector: "far == 'w'"))]))
    #expect(resolver.takeChanges().isEmpty)
    resolver.removePolicy(PolicyKey(.globalNetworkPolicy, name: "p"))
    #expect(resolver.takeChanges().removedSets.isEmpty)
    resolver.setPolicy(gnp("q", "pod == 'nobody'", ingress: rules))
    #expect(resolver.takeChanges().removedSets == [web.id])
  }

  @Test("rules of a direction that the policy is not about need nothing")
  mutating func otherDirection() throws {
    resolver.setPolicy(
      gnp("p", ingress: [rule(.allow, from: EntityRule(selector: "app == 'w'"))], types: [.egress]))
    let changes = resolver.takeChanges()
    #expect(changes.addedSets.isEmpty)
    let policies = try #require(changes.endpoints[PolicyEndpointID(namespace: "x", name: "a")])
    #expect(policies.ingress.stages.map(\.endID.short) == ["end of profiles"])
    #expect(policies.egress.stages.map(\.endID.short) == ["end of default"])
  }

  @Test("pods of equal policies are enforced the same, whatever else differs")
  mutating func equalPolicies() throws {
    resolver.setPolicy(gnp("all", ingress: [rule(.allow)], egress: [rule(.deny)]))
    let changes = resolver.takeChanges()
    #expect(Set(changes.endpoints.values.map(\.ingress)).count == 1, "whatever their namespaces would say")
    #expect(Set(changes.endpoints.values.map(\.egress)).count == 1)
  }

  @Test("what is wrong is told in a sentence, for the pods that it closes and no others")
  mutating func problems() throws {
    resolver.setPolicy(np("x", "broken", "pod = 'a'", ingress: [rule(.allow)]))
    resolver.setPolicy(gnp("rule", ingress: [rule(.allow), rule(.deny, from: EntityRule(nets: ["1.2.3.4/5", "x"]))]))
    resolver.setPolicy(np("x", "lost", tier: "no", egress: [rule(.allow, .tcp, to: EntityRule(ports: ["9:8"]))]))
    let changes = resolver.takeChanges()
    let ofX = try #require(changes.endpoints[PolicyEndpointID(namespace: "x", name: "a")])
    let ofY = try #require(changes.endpoints[PolicyEndpointID(namespace: "y", name: "a")])
    let inRule =
      "GlobalNetworkPolicy rule: spec.ingress[1].source.nets[1]: \"x\" is no range of addresses; the rule denies everything"
    #expect(ofY.problems.map(\.description) == [inRule])
    #expect(
      Set(ofX.problems.map(\.description)) == [
        inRule,
        "NetworkPolicy x/broken: spec.selector: \"pod = 'a'\" is no selector: column 5: expected ==, !=, in, not in, contains, "
          + "starts with or ends with after the label \"pod\", found \"=\"; whatever the policy might be about is closed",
        "NetworkPolicy x/lost: spec.tier: there is no tier \"no\"; whatever the policy might be about is closed",
        "NetworkPolicy x/lost: spec.egress[0].destination.ports[0]: \"9:8\" is no port; the rule is left out",
      ])
    #expect(ofX.ingress.stages.count == 1 && ofX.ingress.stages[0].endID.short == "broken")
    #expect(ofX.egress.stages.count == 1 && ofX.egress.stages[0].endID.short == "lost")
  }

  @Test(
    "sentences of what Kubernetes' policies can hold wrong",
    arguments: [
      (
        "spec.podSelector: matchExpressions[0]: the operator \"Near\" is none of In, NotIn, Exists and DoesNotExist",
        netpol("x", "p", pods: expression("a", "Near"), ingress: [])
      ),
      (
        "spec.ingress[0].from[0].ipBlock.cidr: \"10.0.0.0/40\" is no range of addresses",
        netpol("x", "p", ingress: [.from(.block("10.0.0.0/40"))])
      ),
      (
        "spec.ingress[1].ports[0].port: 0 is no port: 1 to 65535 are",
        netpol("x", "p", ingress: [.from(), .from(ports: .tcp(0))])
      ),
      (
        "spec.egress[0].ports[0].endPort: 70 does not end a range that begins with 80",
        netpol("x", "p", egress: [.to(ports: KubernetesPolicyPort(port: .int(80), endPort: 70))])
      ),
      (
        "spec.egress[0].ports[1].protocol: \"ICMP\" is none of TCP, UDP and SCTP",
        netpol("x", "p", egress: [.to(ports: .tcp(1), KubernetesPolicyPort(protocol: "ICMP"))])
      ),
      (
        "spec.subject: exactly one of namespaces and pods is needed",
        cnp("p", 1, subject: ClusterPolicySubject(), ingress: [.rule(.accept, .everybody)])
      ),
      (
        "spec.egress[0].to[0]: peers by nodes and by domainNames are not supported",
        cnp("p", 1, egress: [.rule(.accept, ClusterPolicyPeer(nodes: every))])
      ),
      (
        "spec.ingress[0].protocols[0].tcp.destinationPort: there is none",
        cnp(
          "p", 1,
          ingress: [
            .rule(
              .deny, .everybody, protocols: [ClusterPolicyProtocol(tcp: ClusterProtocolPorts(destinationPort: nil))])
          ])
      ),
    ] as [(String, PolicyObject)])
  func sentences(sentence: String, policy: PolicyObject) throws {
    var resolver = resolver
    resolver.setPolicy(policy)
    let policies = try #require(resolver.takeChanges().endpoints[PolicyEndpointID(namespace: "x", name: "a")])
    #expect(policies.problems.map { "\($0.path): \($0.reason)" } == [sentence])
  }

  @Test("a policy of Kubernetes becomes few rules")
  mutating func fewRules() throws {
    let blocks = (0..<50).map { NetpolRule.Peer.block("10.\($0).0.0/16") }
    let rule = NetpolRule(
      peers: blocks + [.pods(every)], ports: [.tcp(80), .tcp(443), .udp(53), .all(.sctp), .sctp(9)])
    resolver.setPolicy(netpol("x", "p", ingress: [rule]))
    let policies = try #require(resolver.takeChanges().endpoints[PolicyEndpointID(namespace: "x", name: "a")])
    let rules = policies.ingress.stages[0].rules
    #expect(rules.count == 6, "each of three protocols, from the blocks and from the pods")
    #expect(Set(rules.map(\.id)).count == 1, "all are the one rule of the policy's text")
    #expect(rules.contains { $0.match.transport.proto == 132 && $0.match.destination.ports == .any })
  }
}
