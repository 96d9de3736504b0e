import CalicoAPI
import Dataplane
import DataplaneABI
import EBPF
import Foundation
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Connect time") struct ConnectTime {}
}

extension TestLab {
  /// Sets `bpfConnectTimeLoadBalancing` and waits until every node has the programs of that mode; nil is the default, TCP.
  static func setConnectTime(_ mode: ConnectTimeLoadBalancing?) async throws {
    let value = mode.map { "\"\($0.rawValue)\"" } ?? "null"
    let result = try await kubectl(
      "patch", "felixconfiguration", "default", "--type", "merge", "-p",
      #"{"spec":{"bpfConnectTimeLoadBalancing":\#(value)}}"#)
    guard result.code == 0 else { throw LabError(result.output) }
    let wanted = Dictionary(
      uniqueKeysWithValues: SocketHook.allCases.compactMap { hook in
        hook.program(mode ?? .tcp).map { (hook, $0.rawValue) }
      })
    for node in try topology().nodes {
      try await eventually("the programs of \(node.host.name)") { try socketPrograms(node.host.name) == wanted }
    }
  }

  /// The names of the programs that run at a node's cgroup.
  static func socketPrograms(_ node: String) throws -> [SocketHook: String] {
    var names: [SocketHook: String] = [:]
    for hook in SocketHook.allCases {
      guard let link = try Link.openPinned("\(try pins(node))/links/\(hook.pinName)"), let info = try link.info() else {
        continue
      }
      names[hook] = try LoadedProgram.open(id: info.program)?.info().name
    }
    return names
  }

  /// What the programs at a node's cgroup have counted.
  static func socketCounters(on node: String) throws -> CounterSum {
    let map = try map(MapName.counters, on: node, CounterKey.self, Counters.self)
    return CounterSum(try map.lookUpPerCPU(.sockets) ?? [])
  }
}

extension RealTraffic.ConnectTime {
  private static let serviceOfNobody = """
    apiVersion: v1
    kind: Service
    metadata: {name: nobody, namespace: default}
    spec:
      ipFamilyPolicy: PreferDualStack
      selector: {nobody: "yes"}
      ports: [{name: http, port: 80, targetPort: 7070}]
    """

  @Test("a node and a pod reach the Service by IPv4, IPv6 and an IPv4-mapped address, each counted at the socket")
  func connects() async throws {
    try await TestLab.setConnectTime(nil)
    let addresses = try await TestLab.addresses()
    let urls = addresses.map { TestLab.url($0) } + ["http://[::ffff:\(addresses[0])]"]
    let node = try await TestLab.pod("client-pod").spec.nodeName
    for place in [node, "client-pod"] {
      for url in urls {
        let before = try TestLab.socketCounters(on: node)
        let answer = try await TestLab.shell(in: place, "for i in 1 2 3 4 5; do curl -sgm 5 \(url)/; done")
        #expect(answer.lines.filter { $0.hasPrefix("pod: web-") }.count == 5, "\(place) \(url): \(answer.output)")
        let after = try TestLab.socketCounters(on: node)
        #expect(after[.serviceFlow] - before[.serviceFlow] == 5, "\(place) \(url)")
      }
    }
  }

  @Test("the processes of one node are not balanced by another's programs, nor those outside any; packets do it")
  func outside() async throws {
    let pod = try await TestLab.pod("client-pod")
    let interface = try TestLab.interface(of: "client-pod")
    let url = TestLab.url(try await TestLab.addresses()[0])
    let before = try TestLab.counters(on: pod.spec.nodeName, interface: interface)
    let sockets = try TestLab.socketCounters(on: pod.spec.nodeName)
    let root = try ControlGroup.mountPoint()
    let answer = try await TestLab.shell(in: "client-pod", "echo $$ >\(root)/cgroup.procs && curl -sgm 5 \(url)/")
    #expect(answer.output.contains("pod: web-"))
    let after = try TestLab.counters(on: pod.spec.nodeName, interface: interface)
    #expect(after[.serviceFlow] - before[.serviceFlow] == 1)
    #expect(try TestLab.socketCounters(on: pod.spec.nodeName)[.serviceFlow] == sockets[.serviceFlow])
  }

  @Test("a Service without endpoints refuses at once", arguments: [0, 1])
  func refused(family: Int) async throws {
    let applied = try await TestLab.apply(Self.serviceOfNobody)
    #expect(applied.code == 0, "\(applied.output)")
    let url = TestLab.url(try await TestLab.addresses(of: "nobody")[family])
    for place in ["node1", "client-pod"] {
      try await TestLab.eventually("\(place) is refused") {
        // 7: it was not connected; a time-out is 28.
        try await TestLab.shell(in: place, "curl -sgm 5 \(url)/").code == 7
      }
    }
    #expect(try await TestLab.kubectl("delete", "service", "nobody").code == 0)
  }
}
