import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Pods {
  /// A web pod on another node than the client's, and one on the same.
  private func places() async throws -> (own: PodRecord, other: PodRecord) {
    let client = try TestLab.record("client-pod").node
    let records = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    return (
      try #require(records.first { $0.node == client }), try #require(records.first { $0.node != client })
    )
  }

  @Test(
    "ping from pod to pod, on the own and on another node, over IPv4 and IPv6",
    .enabled(if: (try? Enclosure.find("ping", ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"])) != nil, "needs ping"))
  func ping() async throws {
    let (own, other) = try await places()
    for address in own.addresses + other.addresses {
      let result = try await TestLab.shell(in: "client-pod", "ping -c 5 -i 0.2 -W 2 \(address)")
      #expect(result.output.contains("5 received"), "\(result.output)")
    }
  }

  @Test("A big transfer across nodes arrives unchanged, over IPv4 and IPv6")
  func bigTransfer() async throws {
    let other = try await places().other
    let path = "bytes/30000000"
    let source = try await TestLab.shell(in: other.pod.name, "curl -sm 60 http://127.0.0.1:8080/\(path) | sha256sum")
    #expect(source.output.count > 64)
    for address in other.addresses {
      let arrived = try await TestLab.shell(
        in: "client-pod", "curl -sgm 60 \(TestLab.url(address, port: 8080))/\(path) | sha256sum")
      #expect(arrived.output == source.output)
    }
  }

  @Test("A pod cannot send from an address that is not its own; the drop is counted")
  func spoofing() async throws {
    let record = try TestLab.record("client-pod")
    let other = try await places().other
    let interface = try TestLab.interface(of: "client-pod")
    let before = try TestLab.counters(on: record.node, interface: interface)
    let result = try await TestLab.shell(
      in: "client-pod",
      """
      ip address add 10.65.1.99/32 dev eth0
      curl -sm 2 --interface 10.65.1.99 http://\(other.addresses[0]):8080/ && echo ANSWERED
      ip address delete 10.65.1.99/32 dev eth0
      curl -sm 2 http://\(other.addresses[0]):8080/
      """)
    #expect(!result.output.contains("ANSWERED"))
    #expect(result.output.contains("pod: \(other.pod.name)"), "its own address still works")
    let after = try TestLab.counters(on: record.node, interface: interface)
    #expect(after[.sourceNotAllowed] > before[.sourceNotAllowed])
  }

  @Test("No namespace of the lab holds a netfilter rule")
  func noNetfilter() async throws {
    let records = try PodRecords(folder: try TestLab.location.paths.pods).all()
    var looked = 0
    for namespace in try TestLab.topology().namespaces + records.map(\.namespace) {
      for command in [["iptables-save"], ["ip6tables-save"], ["nft", "list", "ruleset"]] {
        guard (try? Enclosure.find(command[0], ["PATH=/usr/sbin:/sbin:/usr/bin:/bin"])) != nil else { continue }
        let result = try await run(["nsenter", "--net=\(LabPaths.file(ofNamespace: namespace))"] + command)
        let rules = result.lines.filter { !$0.hasPrefix("#") }
        #expect(result.code == 0 && rules.isEmpty, "\(namespace): \(result.output)")
        looked += 1
      }
      // The kernel's own lists, whatever tools there are: a table that was never used is not there.
      let names = try await run([
        "nsenter", "--net=\(LabPaths.file(ofNamespace: namespace))", "cat", "/proc/net/ip_tables_names",
      ])
      #expect(names.code != 0 || names.output.isEmpty, "\(namespace): \(names.output)")
    }
    #expect(looked > 0, "none of iptables-save, ip6tables-save and nft is on this machine")
  }

  @Test("A new pod comes up by itself, and goes with all that was made for it")
  func comeAndGo() async throws {
    let applied = try await TestLab.apply(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: guest, labels: {app: web}}
      spec:
        terminationGracePeriodSeconds: 1
        containers:
          - {name: web, image: i, command: [apus, lab, serve], readinessProbe: {tcpSocket: {port: 8080}}}
      """)
    #expect(applied.code == 0, "\(applied.output)")
    try await TestLab.eventually("guest is ready") { try await TestLab.pod("guest").isReady }
    let record = try TestLab.record("guest")
    let url = TestLab.url(try await TestLab.addresses()[0])
    try await TestLab.eventually("guest gets its share") {
      let result = try await TestLab.shell(in: "client-pod", "for i in $(seq 30); do curl -sm 2 \(url)/; done")
      return result.output.contains("pod: guest")
    }
    let deleted = try await TestLab.kubectl("delete", "pod", "guest")
    #expect(deleted.code == 0, "\(deleted.output)")
    try await TestLab.eventually("guest is gone") {
      try !NetworkNamespace.names().contains(record.namespace) && !ControlGroup(path: record.controlGroup).exists
    }
    #expect(record.processes.values.allSatisfy { !$0.isAlive })
    #expect(try !record.sandbox.isThere())
    let after = try await TestLab.shell(
      in: "client-pod", "for i in $(seq 30); do curl -sm 2 \(url)/ || echo FAILED; done")
    #expect(!after.output.contains("guest") && !after.output.contains("FAILED"))
  }
}
