import CalicoAPI
import Glibc
import Logging
import Services
import Synchronization
import Testing

@testable import NodeAgent

@Suite("What load balancers are told", .serialized)
struct ServiceHealthTests {
  private static let web = ServiceName(namespace: "default", name: "web")

  @Test("endpoints here, and a working agent: 200; anything else: 503")
  func answer() {
    let one = ServiceHealthAnswer(health: ServiceHealth(service: Self.web, localEndpoints: 2), isAgentHealthy: true)
    #expect(one.isOK)
    #expect(
      one.text == """
        {
        \t"service": {
        \t\t"namespace": "default",
        \t\t"name": "web"
        \t},
        \t"localEndpoints": 2,
        \t"serviceProxyHealthy": true
        }

        """)
    var none = one
    none.health.localEndpoints = 0
    #expect(!none.isOK)
    var idle = one
    idle.isAgentHealthy = false
    #expect(!idle.isOK)
    #expect(idle.text.contains("\"serviceProxyHealthy\": false"))
  }

  @Test("only endpoints of this node that are ready count, of services whose traffic stays on the node")
  func model() {
    func model(_ change: (inout CalicoAPI.Service) -> Void) -> ClusterModel {
      var service = SampleCluster.service()
      service.spec.type = .loadBalancer
      service.spec.externalTrafficPolicy = .local
      service.spec.healthCheckNodePort = 31000
      change(&service)
      var slice = SampleCluster.slice
      slice.endpoints += [
        Endpoint(addresses: ["10.65.2.9"], nodeName: "node2"),
        Endpoint(addresses: ["10.65.1.7"], conditions: EndpointConditions(ready: false), nodeName: "node1"),
        Endpoint(addresses: ["10.65.1.9"], nodeName: "node1"),
      ]
      var model = ClusterModel(nodeName: "node1")
      for change in SampleCluster.changes.dropLast(2) { model.apply(change) }
      model.apply(.service(.added(service)))
      model.apply(.endpointSlice(.added(slice)))
      return model
    }
    #expect(model { _ in }.serviceHealth == [31000: ServiceHealth(service: Self.web, localEndpoints: 1)])
    #expect(model { $0.spec.publishNotReadyAddresses = true }.serviceHealth[31000]?.localEndpoints == 2)
    #expect(model { $0.spec.externalTrafficPolicy = .cluster }.serviceHealth == [:])
    #expect(model { $0.spec.type = .nodePort }.serviceHealth == [:])
    #expect(model { $0.spec.healthCheckNodePort = 0 }.serviceHealth == [:])
  }

  @Test("the server comes and goes with the service, whatever the path and the method")
  func serves() async throws {
    let port = try Socket.freePort()
    try await Self.withServers { servers in
      servers.want([port: ServiceHealth(service: Self.web, localEndpoints: 3)])
      let answer = try await Self.wait(for: "HTTP/1.1 200") { Socket.get("127.0.0.1", port, "/") }
      #expect(answer.lowercased().contains("x-load-balancing-endpoint-weight: 3"))
      #expect(answer.lowercased().contains("content-type: application/json"))
      #expect(answer.contains("\"localEndpoints\": 3"))
      #expect(Socket.get("127.0.0.1", port, "/healthz?a=b").hasPrefix("HTTP/1.1 200"))
      #expect(Socket.exchange("127.0.0.1", port, "HEAD / HTTP/1.1\r\n\r\n").hasSuffix("\r\n\r\n"))
      servers.want([port: ServiceHealth(service: Self.web, localEndpoints: 0)])
      #expect(Socket.get("127.0.0.1", port, "/").hasPrefix("HTTP/1.1 503"))
      servers.want([:])
      _ = try await Self.wait(for: "") { Socket.get("127.0.0.1", port, "/") }
    }
  }

  @Test("a port that is taken is named once, and served as soon as it is free")
  func taken() async throws {
    let (holder, port) = try Socket.listening()
    let lines = LogLines()
    try await Self.withServers(lines) { servers in
      servers.want([port: ServiceHealth(service: Self.web, localEndpoints: 1)])
      for _ in 0..<300 where lines.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      try await Task.sleep(for: .milliseconds(200))
      #expect(lines.all.count == 1)
      #expect(
        lines.all.first?.hasPrefix("Service default/web: its health check cannot be served at port \(port), so") == true
      )
      close(holder)
      _ = try await Self.wait(for: "HTTP/1.1 200") { Socket.get("127.0.0.1", port, "/") }
    }
  }

  @Test("clients that say nothing, or too much, keep nobody else out; ports that come and go under load do no harm")
  func crowd() async throws {
    let port = try Socket.freePort()
    try await Self.withServers { servers in
      servers.want([port: ServiceHealth(service: Self.web, localEndpoints: 1)])
      _ = try await Self.wait(for: "HTTP/1.1 200") { Socket.get("127.0.0.1", port, "/") }
      let silent = (0..<200).map { _ in Socket.connected("127.0.0.1", port) }
      defer { for descriptor in silent where descriptor >= 0 { close(descriptor) } }
      #expect(silent.allSatisfy { $0 >= 0 })
      #expect(Socket.get("127.0.0.1", port, "/").hasPrefix("HTTP/1.1 200"))
      #expect(Socket.exchange("127.0.0.1", port, String(repeating: "x", count: 9000)) == "")
      for _ in 0..<50 {
        servers.want([:])
        _ = Socket.get("127.0.0.1", port, "/")
        servers.want([port: ServiceHealth(service: Self.web, localEndpoints: 1)])
        _ = Socket.get("127.0.0.1", port, "/")
      }
      _ = try await Self.wait(for: "HTTP/1.1 200") { Socket.get("127.0.0.1", port, "/") }
    }
  }

  private static func withServers(
    _ lines: LogLines = LogLines(), _ body: (ServiceHealthServers) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in lines }
    let servers = ServiceHealthServers(logger: logger, firstPause: .milliseconds(20)) { true }
    let task = Task { await servers.run() }
    defer { task.cancel() }
    try await body(servers)
  }

  /// Asks until the answer begins so, some seconds at most; "" is a refused connection.
  private static func wait(for start: String, _ ask: () -> String) async throws -> String {
    var answer = ask()
    for _ in 0..<500 {
      if start.isEmpty ? answer.isEmpty : answer.hasPrefix(start) { return answer }
      try await Task.sleep(for: .milliseconds(10))
      answer = ask()
    }
    Issue.record("\(start) never came, but \(answer)")
    return answer
  }
}

/// Lines of a log, in memory.
private final class LogLines: LogHandler {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  var logLevel: Logger.Level {
    get { .error }
    set {}
  }
  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }
  func log(event: LogEvent) { lines.withLock { $0.append("\(event.message)") } }
}

/// Sockets without ceremony.
private enum Socket {
  struct Failure: Error {}

  /// A socket that listens at a port of its own.
  static func listening() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure() }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func freePort() throws -> UInt16 {
    let (descriptor, port) = try listening()
    close(descriptor)
    return port
  }

  /// The whole answer; empty when nobody listens.
  static func get(_ host: String, _ port: UInt16, _ path: String) -> String {
    exchange(host, port, "GET \(path) HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")
  }

  static func exchange(_ host: String, _ port: UInt16, _ request: String) -> String {
    let descriptor = connected(host, port)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    let request = Array(request.utf8)
    _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = read(descriptor, &chunk, chunk.count), count > 0 { answer += chunk.prefix(count) }
    return String(decoding: answer, as: UTF8.self)
  }

  /// A connection whose reads end after some seconds; negative when nobody listens.
  static func connected(_ host: String, _ port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 4, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    if isConnected { return descriptor }
    close(descriptor)
    return -1
  }
}
