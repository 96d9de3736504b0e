import CalicoAPI
import DataplaneABI
import Foundation
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Refusals") struct Refusals {}
}

extension RealTraffic.Refusals {
  private static let manifest = """
    apiVersion: v1
    kind: Service
    metadata: {name: nobody}
    spec:
      ipFamilyPolicy: RequireDualStack
      ports:
      - {name: tcp, port: 80, protocol: TCP}
      - {name: udp, port: 53, protocol: UDP}
    """

  /// What a UDP question to a port comes to, in words of the operating system.
  private static func ask(_ address: String, _ port: Int, from place: String) async throws -> String {
    // The second write tells what the first was answered with.
    let script = "exec 3<>/dev/udp/\(address)/\(port) && echo a >&3 && sleep 0.3 && echo b >&3"
    return try await TestLab.shell(in: place, "bash -c '\(script)' 2>&1").output
  }

  @Test(
    "a service without backends refuses at once, TCP and UDP, from a pod and from a node",
    arguments: [ConnectTimeLoadBalancing.disabled, .tcp], ["client-pod", "node1"])
  func noBackend(mode: ConnectTimeLoadBalancing, place: String) async throws {
    #expect(try await TestLab.apply(Self.manifest).code == 0)
    try await TestLab.setConnectTime(mode)
    for address in try await TestLab.addresses(of: "nobody") {
      // 7 is "connection refused"; a time-out would be 28.
      try await TestLab.eventually("the service is known") {
        try await TestLab.shell(in: place, "curl -sgm 2 \(TestLab.url(address))/").code == 7
      }
      #expect(try await Self.ask("\(address)", 53, from: place).contains("Connection refused"))
    }
    try await TestLab.setConnectTime(nil)
    #expect(try await TestLab.kubectl("delete", "service", "nobody").code == 0)
  }

  @Test("an address of the services' ranges that no service has: dropped, or refused, by the setting")
  func loops() async throws {
    let configuration = try await TestLab.apply(
      """
      apiVersion: projectcalico.org/v3
      kind: BGPConfiguration
      metadata: {name: default}
      spec: {serviceClusterIPs: [{cidr: 10.96.0.0/12}, {cidr: "fd96::/108"}]}
      """)
    #expect(configuration.code == 0, "\(configuration.output)")
    let node = try TestLab.record("client-pod").node
    func drops(_ reason: Drop) throws -> UInt64 { try TestLab.counters(on: node)[reason] }
    let before = try drops(.serviceLoop)
    for unused in ["10.111.222.33", "[fd96::abcd]"] {
      #expect(try await TestLab.shell(in: "client-pod", "curl -sgm 2 http://\(unused)/").code == 28)
    }
    #expect(try drops(.serviceLoop) >= before + 2)
    let patch = #"{"spec":{"serviceLoopPrevention":"Reject"}}"#
    #expect(
      try await TestLab.kubectl("patch", "felixconfiguration", "default", "--type", "merge", "-p", patch).code == 0)
    for unused in ["10.111.222.33", "[fd96::abcd]"] {
      try await TestLab.eventually("it is refused") {
        try await TestLab.shell(in: "client-pod", "curl -sgm 2 http://\(unused)/").code == 7
      }
      // From outside, by way of the node.
      let address = unused.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
      let host = try #require(try TestLab.topology().node(named: node)).host
      let hop = host.addresses[unused.hasPrefix("[") ? 1 : 0].address
      #expect(try await TestLab.shell(in: "client", "ip route replace \(address) via \(hop)").code == 0)
      #expect(try await TestLab.shell(in: "client", "curl -sgm 2 http://\(unused)/").code == 7)
      #expect(try await TestLab.shell(in: "client", "ip route delete \(address)").code == 0)
    }
    // The services in the range go on.
    for address in try await TestLab.addresses() {
      #expect(try await TestLab.shell(in: "client-pod", "curl -sgm 5 \(TestLab.url(address))/").code == 0)
    }
    let back = #"{"spec":{"serviceLoopPrevention":null}}"#
    #expect(
      try await TestLab.kubectl("patch", "felixconfiguration", "default", "--type", "merge", "-p", back).code == 0)
    #expect(try await TestLab.kubectl("delete", "bgpconfiguration", "default").code == 0)
  }
}
