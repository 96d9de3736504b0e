import CalicoAPI
import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// Real traffic through real agents, programs and maps.
@Suite(
  "Cluster", .serialized, .lab, .enabled(if: TestLab.isRoot, "needs root: it makes namespaces and loads programs"),
  .timeLimit(.minutes(15)))
struct RealTraffic {
  @Suite("Services") struct Services {}
  @Suite("Pods") struct Pods {}
  @Suite("Failures") struct Failures {}
  @Suite("Commands") struct Commands {}
}

extension RealTraffic.Services {
  @Test("curl from a pod to the ClusterIP answers, and so does the Service's name")
  func answers() async throws {
    for address in try await TestLab.addresses() {
      let answer = try await TestLab.shell(in: "client-pod", "curl -sgm 5 \(TestLab.url(address))/hello")
      #expect(answer.code == 0)
      #expect(answer.output.contains("pod: web-"))
      #expect(answer.output.contains("path: /hello"))
    }
    let named = try await TestLab.shell(in: "client-pod", "curl -sm 5 http://web.default.svc/")
    #expect(named.output.contains("pod: web-"))
  }

  @Test(
    "300 requests reach every backend, on the own and on other nodes, and the counters add up",
    arguments: [0, 1], [ConnectTimeLoadBalancing.disabled, .tcp])
  func spread(family: Int, mode: ConnectTimeLoadBalancing) async throws {
    try await TestLab.setConnectTime(mode)
    let address = try await TestLab.addresses()[family]
    let client = try await TestLab.pod("client-pod")
    let interface = try TestLab.interface(of: "client-pod")
    let before = try TestLab.counters(on: client.spec.nodeName, interface: interface)
    let nodeBefore = try TestLab.counters(on: client.spec.nodeName)
    let socketsBefore = try TestLab.socketCounters(on: client.spec.nodeName)

    // Each has a port of its own: a backend that still waits after an old connection from the same port would refuse the
    // new SYN once, and the second would count as a second flow.
    let port = 10_000 + 300 * (2 * family + (mode == .tcp ? 1 : 0))
    let result = try await TestLab.shell(
      in: "client-pod",
      "for i in $(seq 300); do curl --local-port $((\(port) + i)) -sgm 5 \(TestLab.url(address))/ || echo FAILED; done")

    var answers: [String: Int] = [:]
    for line in result.lines where line.hasPrefix("pod: ") { answers[String(line.dropFirst(5)), default: 0] += 1 }
    print("backends of \(address): \(answers.sorted { $0.key < $1.key })")
    #expect(!result.output.contains("FAILED"))
    #expect(answers.values.reduce(0, +) == 300)
    #expect(Set(answers.keys) == ["web-1", "web-2", "web-3"])
    // With equal chances each gets 100, with a standard deviation of 8.2: this fails once in a million runs.
    for count in answers.values { #expect((60...140).contains(count)) }
    let nodes = Set(result.lines.filter { $0.hasPrefix("node: ") })
    #expect(nodes.contains("node: \(client.spec.nodeName)") && nodes.count == 3)
    let source = client.status.addresses[family]
    #expect(result.lines.filter { $0.hasPrefix("client: ") }.allSatisfy { $0 == "client: \(source)" })

    let after = try TestLab.counters(on: client.spec.nodeName, interface: interface)
    let nodeAfter = try TestLab.counters(on: client.spec.nodeName)
    #expect(after[.newFlow] - before[.newFlow] == 300)
    // Each is balanced once: by its packets, or by its socket.
    let sockets = try TestLab.socketCounters(on: client.spec.nodeName)
    #expect(after[.serviceFlow] - before[.serviceFlow] == (mode == .disabled ? 300 : 0))
    #expect(sockets[.serviceFlow] - socketsBefore[.serviceFlow] == (mode == .disabled ? 0 : 300))
    #expect(nodeAfter[.serviceFlow] - nodeBefore[.serviceFlow] == 300, "nobody else on this node called a Service")
    try await TestLab.setConnectTime(nil)
  }

  @Test("A process on a node reaches the Service as well, on its own node and on others", arguments: [0, 1])
  func fromNode(family: Int) async throws {
    let address = try await TestLab.addresses()[family]
    let result = try await TestLab.shell(
      in: "node1", "for i in $(seq 30); do curl -sgm 5 \(TestLab.url(address))/ || echo FAILED; done")
    #expect(!result.output.contains("FAILED"))
    let nodes = Set(result.lines.filter { $0.hasPrefix("node: ") })
    #expect(nodes.count == 3)
  }

  @Test("kubectl changes the port, the selector, deletes and applies again: traffic follows")
  func changes() async throws {
    let url = TestLab.url(try await TestLab.addresses()[0])
    func pods(_ url: String, count: Int = 20) async throws -> Set<String> {
      let result = try await TestLab.shell(
        in: "client-pod", "for i in $(seq \(count)); do curl -sgm 1 \(url)/ || echo 'pod: none'; done")
      return Set(result.lines.filter { $0.hasPrefix("pod: ") })
    }

    let port = try await TestLab.kubectl(
      "patch", "service", "web", "--type=json",
      "-p=[{\"op\":\"replace\",\"path\":\"/spec/ports/0/port\",\"value\":8088}]")
    #expect(port.code == 0, "\(port.output)")
    try await TestLab.eventually("the new port answers") {
      try await !pods("\(url):8088", count: 1).contains("pod: none")
    }
    #expect(try await pods(url, count: 1) == ["pod: none"])

    let selector = try await TestLab.kubectl(
      "patch", "service", "web", "--type=merge", "-p={\"spec\":{\"selector\":{\"app\":\"web\",\"only\":\"this\"}}}")
    #expect(selector.code == 0, "\(selector.output)")
    let label = try await TestLab.kubectl("label", "pod", "web-2", "only=this")
    #expect(label.code == 0, "\(label.output)")
    try await TestLab.eventually("only web-2 answers") { try await pods("\(url):8088") == ["pod: web-2"] }

    let deletion = try await TestLab.kubectl("delete", "service", "web")
    #expect(deletion.code == 0, "\(deletion.output)")
    try await TestLab.eventually("nobody answers") { try await pods("\(url):8088", count: 1) == ["pod: none"] }

    let again = try await TestLab.kubectl("apply", "-f", TestLab.manifest)
    #expect(again.code == 0, "\(again.output)")
    let unlabel = try await TestLab.kubectl("label", "pod", "web-2", "only-")
    #expect(unlabel.code == 0, "\(unlabel.output)")
    let newURL = TestLab.url(try await TestLab.addresses()[0])
    try await TestLab.eventually("all answer again") { try await pods(newURL).count == 3 }
  }

  @Test("A change of endpoints is in the maps in under 100 ms after the API accepted it")
  func latency() async throws {
    let address = try await TestLab.addresses()[0]
    let words = address.bytes
    let key = FrontendKey(address: IPv4Address(words[0], words[1], words[2], words[3]), port: BigEndian16(80), proto: 6)
    let node = try await TestLab.pod("client-pod").spec.nodeName
    let frontends = try TestLab.map(MapName.frontends4, on: node, FrontendKey<IPv4Address>.self, Frontend.self)
    var times: [Duration] = []
    try await TestLab.api { client in
      for round in 0..<10 {
        let label = round.isMultiple(of: 2) ? "away" : "web"
        let expected: UInt32 = round.isMultiple(of: 2) ? 2 : 3
        // The clock starts before the request leaves: what is measured is more than what is promised.
        let asked = ContinuousClock.now
        _ = try await client.patch(
          Pod.self, "web-3", namespace: "default", .merge(["metadata": ["labels": ["app": label]]]))
        while try frontends.lookUp(key)?.count != expected {
          guard ContinuousClock.now - asked < .seconds(5) else {
            throw LabError("\(expected) backends are not in the map of \(node) after 5 s")
          }
          usleep(200)
        }
        times.append(ContinuousClock.now - asked)
        try await Task.sleep(for: .milliseconds(200))
      }
    }
    times.sort()
    print(
      "API request to map change, 10 rounds: \(times.map { "\($0 / .milliseconds(1)) ms" }.joined(separator: ", "))")
    // One round may fall into a pause of the machine.
    #expect(times.count { $0 < .milliseconds(100) } >= 9)
  }
}
