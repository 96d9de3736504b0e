import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Data interfaces") struct DataInterface {}
}

extension RealTraffic.DataInterface {
  /// A device that takes the place of a node's eth0. VLANs and bonds, which not every kernel has, are tried by `bin/kernels`.
  enum Device: String, CaseIterable {
    /// eth0 is its port.
    case bridge
    /// It is upon eth0, as a VLAN is.
    case macvlan

    /// With eth0's own address, so that nobody has to learn another.
    func script(_ hardwareAddress: HardwareAddress) -> String {
      switch self {
      case .bridge:
        "ip link add ext0 address \(hardwareAddress) type bridge; ip link set eth0 master ext0"
      case .macvlan: "ip link add ext0 link eth0 type macvlan mode passthru"
      }
    }
  }

  private static let port: UInt16 = 5992

  @Test(
    "a node's addresses move to another device: programs follow, and all that crosses it goes on",
    arguments: Device.allCases)
  func moves(_ device: Device) async throws {
    let client = try TestLab.record("client-pod")
    let pod = try #require(
      try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }.first { $0.node != client.node })
    let node = try #require(try TestLab.topology().node(named: pod.node)).host
    let mac = try #require(Self.netlink(node).link(named: LabHost.interface).hardwareAddress)
    do {
      try await Self.move(node, to: "ext0", device.script(mac))
      try await Self.check(pod, client, node)
    } catch {
      try? await Self.move(node, to: LabHost.interface, "ip link delete ext0")
      throw error
    }
    try await Self.move(node, to: LabHost.interface, "ip link delete ext0")
    try await Self.talk(pod, client, node)
  }

  private static func netlink(_ node: LabHost) throws -> NetlinkConnection {
    try NetlinkConnection(in: try NetworkNamespace(named: node.namespace))
  }

  /// Gives another device the node's addresses and default routes, and waits for the agent to follow.
  private static func move(_ node: LabHost, to device: String, _ preparation: String) async throws {
    let addresses = node.addresses.map { "ip address add \($0) dev \(device)\($0.family == .ipv6 ? " nodad" : "")" }
    let gateways = try TestLab.topology().control.addresses.map {
      "ip route replace default via \($0.address) dev \(device)"
    }
    let script =
      ["set -e", "ip address flush dev eth0 scope global", preparation, "ip link set \(device) up"] + addresses
      + gateways
    let result = try await TestLab.shell(in: node.name, script.joined(separator: "\n"))
    guard result.code == 0 else { throw LabError("\(result.output)") }
    let links = "\(try TestLab.pins(node.name))/links"
    let other = device == LabHost.interface ? "ext0" : LabHost.interface
    try await TestLab.eventually("the programs are at \(device) alone") {
      let names = try FileManager.default.contentsOfDirectory(atPath: links)
      return names.contains("\(device)_ingress") && names.contains("\(device)_egress")
        && !names.contains { $0.hasPrefix("\(other)_") }
    }
  }

  private static func check(_ pod: PodRecord, _ client: PodRecord, _ node: LabHost) async throws {
    let index = UInt32(try netlink(node).link(named: "ext0").index)
    let before = try TestLab.counters(on: node.name, interface: index)
    try await talk(pod, client, node)
    let after = try TestLab.counters(on: node.name, interface: index)
    // Two downloads come from another node, one a family.
    #expect(after[.newFlow] - before[.newFlow] >= 2)
  }

  /// Pod to pod there and back, a service, and the world outside, by both families.
  private static func talk(_ pod: PodRecord, _ client: PodRecord, _ node: LabHost) async throws {
    let outside = try TestLab.topology().client
    for family in [0, 1] {
      try await TestLab.eventually("\(node.name) has its routes") {
        try await TestLab.shell(in: pod.pod.name, "ping -c 1 -W 1 \(client.addresses[family])").code == 0
      }
      let url = TestLab.url(pod.addresses[family], port: 8080)
      let bytes = try await TestLab.shell(in: client.pod.name, "curl -sgm 10 \(url)/bytes/3000000 | wc -c")
      #expect(bytes.output.trimmingCharacters(in: .whitespacesAndNewlines) == "3000000")
      let service = TestLab.url(try await TestLab.addresses()[family])
      let answers = try await TestLab.shell(
        in: pod.pod.name, "for i in $(seq 30); do curl -sgm 3 \(service)/ || echo FAILED; done")
      #expect(!answers.output.contains("FAILED"))
      #expect(Set(answers.lines.filter { $0.hasPrefix("node: ") }).count == 3)
      #expect(try callsOutside(outside, pod, family), "family \(family)")
    }
  }

  private static func callsOutside(_ outside: LabHost, _ pod: PodRecord, _ family: Int) throws -> Bool {
    let receiver = try DatagramSocket(in: outside.namespace, isIPv6: family == 1, port: port)
    let sender = try ClientSocket(.udp, in: pod.namespace, isIPv6: family == 1)
    guard sender.connect(to: outside.addresses[family].address, port), sender.send([7, 7]) == 0 else { return false }
    let seen = receiver.receiveFrom()
    return try seen?.bytes == [7, 7]
      && seen?.address == TestLab.topology().node(named: pod.node)?.host.addresses[family].address
  }
}
