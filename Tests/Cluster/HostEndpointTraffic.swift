import CalicoAPI
import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Pods and their node") struct HostEndpoint {}
}

extension RealTraffic.HostEndpoint {
  private static let port: UInt16 = 5993

  @Test(
    "defaultEndpointToHostAction: a pod reaches its own node or does not; other nodes, and from the node to it, always",
    arguments: ["Drop", "Accept", "Return"])
  func action(_ action: String) async throws {
    let pod = try TestLab.record("client-pod")
    let (own, other) = try Self.hosts(of: pod)
    do {
      try await Self.set(action, on: pod.node)
      try await Self.check(pod, own, other, isOpen: action != "Drop")
    } catch {
      try? await Self.set("Accept", on: pod.node)
      throw error
    }
    try await Self.set("Accept", on: pod.node)
  }

  private static func check(_ pod: PodRecord, _ own: LabHost, _ other: LabHost, isOpen: Bool) async throws {
    for family in [0, 1] {
      let before = try TestLab.counters(on: pod.node)[.endpointToHost]
      let reached = try await Self.reached(own, from: pod, family)
      #expect(reached == (isOpen ? ["TCP", "UDP", "ping"] : []), "\(own.addresses[family])")
      let drops = try TestLab.counters(on: pod.node)[.endpointToHost] - before
      #expect(isOpen ? drops == 0 : drops >= 3)
      #expect(try await Self.reached(other, from: pod, family) == ["TCP", "UDP", "ping"])
      #expect(try Self.calls(pod.namespace, at: pod.addresses[family], from: own.namespace))
    }
  }

  private static func hosts(of pod: PodRecord) throws -> (own: LabHost, other: LabHost) {
    let nodes = try TestLab.topology().nodes.map(\.host)
    return (
      try #require(nodes.first { $0.name == pod.node }), try #require(nodes.first { $0.name != pod.node })
    )
  }

  private static func set(_ action: String, on node: String) async throws {
    let spec = #"{"spec":{"defaultEndpointToHostAction":"\#(action)"}}"#
    let result = try await TestLab.kubectl("patch", "felixconfiguration", "default", "--type", "merge", "-p", spec)
    #expect(result.code == 0, "\(result.output)")
    try await TestLab.eventually("\(action) is in the map") {
      let state = try TestLab.map(MapName.node, on: node, UInt32.self, NodeState.self).lookUp(0)
      return state?.flags.contains(.dropEndpointToHost) == (action == "Drop")
    }
  }

  /// By what a pod reaches a host's address.
  private static func reached(_ host: LabHost, from pod: PodRecord, _ family: Int) async throws -> [String] {
    let address = host.addresses[family].address
    var ways: [String] = []
    if try calls(host.namespace, at: address, from: pod.namespace) { ways.append("TCP") }
    let receiver = try DatagramSocket(
      in: host.namespace, isIPv6: family == 1, port: port, limit: timeval(tv_sec: 0, tv_usec: 500_000))
    let sender = try ClientSocket(.udp, in: pod.namespace, isIPv6: family == 1)
    #expect(sender.connect(to: address, port) && sender.send([1, 2, 3]) == 0)
    if receiver.receive() == [1, 2, 3] { ways.append("UDP") }
    let ping = try await TestLab.shell(in: pod.pod.name, "ping -c 1 -W 1 \(address)")
    if ping.code == 0 { ways.append("ping") }
    return ways
  }

  /// Whether a connection from one namespace to another opens.
  private static func calls(_ server: String, at address: InetAddress, from client: String) throws -> Bool {
    let listener = try ListeningSocket(in: server, port: port)
    defer { withExtendedLifetime(listener) {} }
    return try ClientSocket(.tcp, in: client, isIPv6: address.family == .ipv6, limit: 1).connect(to: address, port)
  }
}
