import CalicoAPI
import DataplaneABI
import EBPF
import Glibc
import Netlink
import Testing

@testable import Dataplane

@Suite(
  "Sockets in a cgroup with the real programs", .serialized,
  .enabled(if: TestCgroup.canRun, "needs root and a cgroup of version 2"))
struct ConnectTimeTests {
  private static let refused = EitherSocket.Failure(call: "connect", code: ECONNREFUSED)
  private static let noRoute = EitherSocket.Failure(call: "connect", code: ENETUNREACH)

  /// Dials the service and says hello to who accepts.
  private func call(_ node: SocketNode, _ kind: SocketKind, _ server: EitherSocket) throws {
    let client = try node.client(kind)
    try client.connect(to: node.service(kind))
    let accepted = try server.accepted()
    try client.send("hello")
    #expect(try accepted.receive().text == "hello")
    #expect(try client.peer() == node.service(kind))
  }

  @Test("a process dials a service and is connected to a backend; it sees the service", arguments: SocketKind.allCases)
  func connects(kind: SocketKind) throws {
    for mode in [ConnectTimeLoadBalancing.tcp, .enabled] {
      let node = try SocketNode(mode)
      let server = try node.server(kind)
      try node.setService(kind, ports: [server.port])
      for _ in 0..<20 { try call(node, kind, server.socket) }
      #expect(try node.counted(.serviceFlow) == 20)
      // Whoever dials the backend itself is told so.
      let client = try node.client(kind)
      let direct = Endpoint(
        address: kind == .v4 ? "127.0.0.1" : kind == .v6 ? "::1" : "::ffff:127.0.0.1", port: server.port)
      try client.connect(to: direct)
      #expect(try client.peer() == direct)
      #expect(try node.counted(.serviceFlow) == 20)
    }
  }

  @Test("connections reach all backends; with affinity, one", arguments: SocketKind.allCases)
  func spreads(kind: SocketKind) throws {
    let node = try SocketNode(.tcp)
    let servers = try (0..<2).map { _ in try node.server(kind) }
    func reached(_ count: Int) throws -> [Int] {
      try servers.map { server in
        var accepted = 0
        while accepted < count, try server.socket.isWaiting() {
          _ = try server.socket.accepted()
          accepted += 1
        }
        return accepted
      }
    }
    try node.setService(kind, ports: servers.map(\.port))
    for _ in 0..<40 { try node.client(kind).connect(to: node.service(kind)) }
    let spread = try reached(40)
    // Fails by chance once in 5e11 runs.
    #expect(spread.reduce(0, +) == 40 && !spread.contains(0))
    try node.setService(kind, ports: servers.map(\.port), affinitySeconds: 60)
    for _ in 0..<40 { try node.client(kind).connect(to: node.service(kind)) }
    #expect(try reached(40).sorted() == [0, 40])
  }

  @Test("affinity is the pod's own", arguments: [SocketKind.v4, .v6])
  func affinityPerPod(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    try node.setService(kind, ports: [1, 2, 3], affinitySeconds: 60)
    let pods = try (0..<3).map { _ in try NetworkNamespace.anonymous() }
    for pod in pods {
      let netlink = try NetlinkConnection(in: pod)
      try netlink.setLink(try netlink.link(named: "lo").index, up: true)
      // connect(2) of UDP asks nobody at the other end.
      for _ in 0..<5 {
        try EitherSocket(kind, SOCK_DGRAM, in: pod, node.cgroup).connect(to: node.service(kind))
      }
    }
    let choosers =
      kind == .v4
      ? Set(try node.choices(IPv4Address.self).map(\.chooser)) : Set(try node.choices(IPv6Address.self).map(\.chooser))
    #expect(choosers.count == 3)
    #expect(try node.counted(.serviceFlow) == 15)
  }

  @Test("a service without backends refuses at once", arguments: SocketKind.allCases)
  func noBackend(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    try node.setService(kind, ports: [])
    let socket = try node.client(kind)
    #expect(throws: Self.refused) { try socket.connect(to: node.service(kind)) }
    let datagrams = try node.client(kind, SOCK_DGRAM)
    #expect(throws: EitherSocket.Failure(call: "send", code: ECONNREFUSED)) {
      try datagrams.send("hello", to: node.service(kind))
    }
    #expect(try node.counted(.noBackend) == 2)
  }

  @Test("datagrams reach a backend, whose answers come from the service", arguments: SocketKind.allCases)
  func datagrams(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    let server = try node.server(kind, SOCK_DGRAM)
    try node.setService(kind, ports: [server.port])
    let client = try node.client(kind, SOCK_DGRAM)
    for _ in 0..<10 {
      try client.send("ping", to: node.service(kind))
      let question = try server.socket.receive()
      #expect(question.text == "ping")
      try server.socket.send("pong", to: question.from)
      let answer = try client.receive()
      #expect(answer.text == "pong")
      #expect(answer.from == node.service(kind))
    }
    #expect(try node.counted(.serviceFlow) == 1)
  }

  @Test("a UDP socket leaves a backend that is gone with its next datagram", arguments: SocketKind.allCases)
  func backendGoes(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    let first = try node.server(kind, SOCK_DGRAM)
    let second = try node.server(kind, SOCK_DGRAM)
    try node.setService(kind, ports: [first.port])
    let client = try node.client(kind, SOCK_DGRAM)
    try client.send("one", to: node.service(kind))
    #expect(try first.socket.receive().text == "one")
    try node.setService(kind, ports: [second.port])
    try client.send("two", to: node.service(kind))
    let question = try second.socket.receive()
    #expect(question.text == "two")
    try second.socket.send("three", to: question.from)
    #expect(try client.receive().from == node.service(kind))
  }

  @Test("UDP sockets follow their backend when others come", arguments: SocketKind.allCases)
  func backendMoves(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    let servers = try (0..<4).map { _ in try node.server(kind, SOCK_DGRAM) }
    try node.setService(kind, ports: [servers[3].port])
    let clients = try (0..<20).map { _ in try node.client(kind, SOCK_DGRAM) }
    for client in clients { try client.send("one", to: node.service(kind)) }
    try node.setService(kind, ports: servers.map(\.port))
    for client in clients { try client.send("two", to: node.service(kind)) }
    let heard = try (0..<40).map { _ in try servers[3].socket.receive().text }
    #expect(heard.filter { $0 == "two" }.count == 20)
    #expect(try node.counted(.serviceFlow) == 20)
  }

  @Test("a connected UDP socket talks to a backend and sees the service", arguments: SocketKind.allCases)
  func connectedDatagrams(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    let server = try node.server(kind, SOCK_DGRAM)
    try node.setService(kind, ports: [server.port])
    let client = try node.client(kind, SOCK_DGRAM)
    try client.connect(to: node.service(kind))
    #expect(try client.peer() == node.service(kind))
    try client.send("ping")
    let question = try server.socket.receive()
    try server.socket.send("pong", to: question.from)
    #expect(try client.receive().from == node.service(kind))
  }

  @Test(
    "what a mode leaves out, and who is in another cgroup, dials the service itself", arguments: SocketKind.allCases)
  func leftOut(kind: SocketKind) throws {
    let node = try SocketNode(.tcp)
    let server = try node.server(kind)
    let datagrams = try node.server(kind, SOCK_DGRAM)
    try node.setService(kind, ports: [server.port])
    let socket = try node.client(kind, SOCK_DGRAM)
    // Nothing leads to services in this namespace.
    #expect(throws: Self.noRoute) { try socket.connect(to: node.service(kind)) }
    #expect(throws: EitherSocket.Failure(call: "send", code: ENETUNREACH)) {
      try socket.send("hello", to: node.service(kind))
    }
    #expect(throws: Self.noRoute) { try node.stranger(kind).connect(to: node.service(kind)) }
    try call(node, kind, server.socket)
    try node.apply(.disabled)
    #expect(throws: Self.noRoute) { try node.client(kind).connect(to: node.service(kind)) }
    try node.apply(.enabled)
    try call(node, kind, server.socket)
    try node.setService(kind, ports: [datagrams.port])
    try socket.send("hello", to: node.service(kind))
    #expect(try datagrams.socket.receive().text == "hello")
  }
}
