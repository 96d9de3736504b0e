import Foundation
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Explanations of policies") struct PolicyExplanations {}
}

extension RealTraffic.PolicyExplanations {
  /// Lets nobody but friends in, and has a rule that turns the client away before that.
  private static let manifest = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: friends, namespace: default}
    spec:
      podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}
      policyTypes: [Ingress]
      ingress:
      - from: [{podSelector: {matchLabels: {app: friend}}}]
        ports: [{protocol: TCP, port: 8080}]
    """

  private static let denying = """
    apiVersion: projectcalico.org/v3
    kind: NetworkPolicy
    metadata: {name: no-clients, namespace: default}
    spec:
      order: 1
      selector: app == 'web'
      types: [Ingress]
      ingress:
      - {action: Allow, protocol: TCP, source: {selector: "app == 'friend'"}}
      - {action: Deny, source: {selector: "app == 'client'"}}
    """

  /// `calico-bpf policy …` on a node.
  private func calicoBPF(_ words: String, on node: String) async throws -> CommandResult {
    let program = (TestLab.program as NSString).deletingLastPathComponent + "/calico-bpf"
    let lab = try #require(try TestLab.topology().node(named: node))
    let folder = try TestLab.location.paths.policies(of: lab)
    let dump = words.hasPrefix("list") ? "" : "--bpffs \(try TestLab.pins(node))"
    return try await TestLab.shell(in: node, "\(program) policy \(words) --policy-dir \(folder) \(dump)")
  }

  private func isReached(_ url: String) async throws -> Bool {
    try await TestLab.shell(in: "client-pod", "curl -sgm 1 \(url)/").code == 0
  }

  @Test("a denied packet is explained by the name of the rule that denied it, and by the end of its tier")
  func denied() async throws {
    let record = try TestLab.record("web-1")
    let urls = try await TestLab.pod("web-1").status.addresses.map {
      $0.contains(":") ? "http://[\($0)]:8080" : "http://\($0):8080"
    }
    let client = try await TestLab.pod("client-pod").status.addresses
    for url in urls { #expect(try await isReached(url)) }

    #expect(try await TestLab.apply(Self.manifest).code == 0)
    for (url, source) in zip(urls, client) {
      try await TestLab.eventually("\(url) is closed") { try await !isReached(url) }
      let drops = try await calicoBPF("drops", on: record.node)
      #expect(drops.code == 0)
      let place = url.dropFirst("http://".count)
      let line = drops.lines.first { $0.contains("\(source) -> \(place) TCP") }
      #expect(line?.hasSuffix("denied by end of tier default") == true, "\(drops.output)")
    }

    #expect(try await TestLab.apply(Self.denying).code == 0)
    for (url, source) in zip(urls, client) {
      let place = url.dropFirst("http://".count)
      try await TestLab.eventually("the rule is named") {
        _ = try await isReached(url)
        return try await calicoBPF("drops", on: record.node).lines.contains {
          $0.contains("\(source) -> \(place) TCP")
            && $0.hasSuffix("denied by Calico NetworkPolicy default/no-clients ingress rule 1")
        }
      }
    }

    let dump = try await calicoBPF("dump \(record.interface) ingress", on: record.node)
    #expect(dump.output.contains("\(record.interface) ingress IPv4, pod default/web-1, program p4i_"))
    #expect(dump.output.contains("\(record.interface) ingress IPv6, pod default/web-1, program p6i_"))
    let rows = dump.lines.map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    let denials = rows.filter { $0.count == 5 && $0[2] == "Calico NetworkPolicy default/no-clients ingress rule 1" }
    #expect(denials.count == 2)
    for row in denials { #expect((Int(row[0]) ?? 0) > 0 && row[1] == "deny" && row[3] == "default", "\(row)") }
    #expect(try await calicoBPF("list", on: record.node).lines.contains("\(record.interface) default/web-1"))

    #expect(try await TestLab.kubectl("delete", "networkpolicies.projectcalico.org", "no-clients").code == 0)
    #expect(try await TestLab.kubectl("delete", "networkpolicies.networking.k8s.io", "friends").code == 0)
    for url in urls { try await TestLab.eventually("\(url) is open") { try await isReached(url) } }
  }
}
