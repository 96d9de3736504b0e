import DataplaneABI
import Policy
import Testing

@Suite("Policies in words")
struct PolicyWordsTests {
  private func policy(_ group: String, _ kind: String, _ namespace: String?) -> RuleOwner {
    .policy(group: group, kind: kind, tier: "default", namespace: namespace, name: "web")
  }

  @Test("who decided")
  func deciders() {
    func words(_ owner: RuleOwner, _ index: Int?) -> String {
      RuleID(owner: owner, direction: .ingress, index: index).words
    }
    #expect(
      words(policy("networking.k8s.io", "NetworkPolicy", "default"), 3) == "NetworkPolicy default/web ingress rule 3")
    #expect(
      words(policy("projectcalico.org", "NetworkPolicy", "default"), 0)
        == "Calico NetworkPolicy default/web ingress rule 0")
    #expect(
      words(policy("projectcalico.org", "GlobalNetworkPolicy", nil), 0) == "GlobalNetworkPolicy web ingress rule 0")
    #expect(
      words(policy("projectcalico.org", "GlobalNetworkPolicy", nil), nil)
        == "GlobalNetworkPolicy web, which cannot be enforced as it stands")
    #expect(words(.endOfTier(name: "default"), nil) == "end of tier default")
    #expect(words(.profile(name: "kns.default"), 0) == "profile kns.default")
    #expect(words(.endOfProfiles, nil) == "end of profiles")
  }

  @Test("what rules match")
  func matches() throws {
    let web = IPSetID("selector:app == \"web\"")
    var match = RuleMatch()
    #expect(match.words == "everything")
    match.transport.proto = 6
    match.source.sets = [web]
    match.source.notPrefixes = [try #require(AddressPrefix("10.0.0.0/8"))]
    match.destination.ports = .among([
      .range(80...80), .range(8000...8080), .members(IPSetID("port:6/4/http/app == \"a/b\"")),
    ])
    #expect(
      match.words
        == "TCP, not from 10.0.0.0/8, from {app == \"web\"}, to port 80 or 8000 to 8080 or TCP port http of "
        + "{app == \"a/b\"}")
    match = RuleMatch(family: .ipv6, transport: TransportMatch(notProto: 17, icmp: ICMPMatch(type: 8, code: 0)))
    match.destination.members = IPSetID("service:default/web")
    match.destination.prefixes = .among([])
    #expect(match.words == "IPv6, not UDP, ICMP type 8 code 0, to nowhere, to service default/web")
  }

  @Test("rules have the numbers of programs, and the last stage denies where it would pass on")
  func records() {
    func id(_ owner: RuleOwner, _ index: Int?) -> RuleID { RuleID(owner: owner, direction: .egress, index: index) }
    let rule = EffectiveRule(
      id: id(policy("networking.k8s.io", "NetworkPolicy", "default"), 0), action: .pass, match: RuleMatch())
    let tier = id(.endOfTier(name: "default"), nil)
    let stage = PolicyStage(rules: [rule], end: .pass, endID: tier)
    let records = EffectivePolicy(direction: .egress, stages: [stage, stage]).ruleRecords
    #expect(records.map(\.action) == ["pass", "pass", "deny", "deny"])
    #expect(
      records.map(\.name) == [
        "NetworkPolicy default/web egress rule 0", "end of tier default", "NetworkPolicy default/web egress rule 0",
        "end of tier default",
      ])
    #expect(records.map(\.tier) == ["default", "default", "default", "default"])
    #expect(EffectivePolicy(direction: .egress, stages: []).ruleRecords.map(\.name) == ["end of profiles"])
  }
}
