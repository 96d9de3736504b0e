import CalicoAPI
import Glibc
import Testing

@testable import Dataplane

/// `APUS_MEASURE=1 swift test --filter ConnectCostTests` prints the table of docs/connect-time.md.
@Suite(
  "What connect() costs with programs at the cgroup", .serialized,
  .enabled(if: TestCgroup.canRun && getenv("APUS_MEASURE") != nil))
struct ConnectCostTests {
  private enum Way: String, CaseIterable {
    case unseen = "no program, a backend"
    case direct = "a backend"
    case service = "a service"
    case affinity = "a service with affinity"
  }

  @Test("of UDP, which asks nobody at the other end", arguments: [SocketKind.v4, .v6])
  func datagrams(kind: SocketKind) throws {
    let node = try SocketNode(.enabled)
    let sockets = try sockets(kind, SOCK_DGRAM, 100, node)
    let places = try places(kind, node, SOCK_DGRAM)
    var times: [Way: [UInt64]] = [:]
    for round in 0..<40_000 {
      // In turns, so that what else the machine does falls on all alike.
      for way in Way.allCases {
        guard let socket = sockets[way]?[round % 100], let place = places[way] else { return }
        times[way, default: []].append(try Self.time { try socket.connect(to: place) })
      }
    }
    report("UDP", kind, times)
  }

  @Test("of TCP, over the loopback interface", arguments: [SocketKind.v4, .v6])
  func connections(kind: SocketKind) throws {
    let node = try SocketNode(.tcp)
    let server = try node.server(kind)
    let places = try places(kind, node, SOCK_STREAM, port: server.port)
    var times: [Way: [UInt64]] = [:]
    for _ in 0..<1000 {
      for way in Way.allCases {
        guard let socket = try sockets(kind, SOCK_STREAM, 1, node, only: way)[way]?[0], let place = places[way] else {
          return
        }
        times[way, default: []].append(try Self.time { try socket.connect(to: place) })
        _ = try server.socket.accepted()
      }
    }
    report("TCP", kind, times)
  }

  private func sockets(
    _ kind: SocketKind, _ type: __socket_type, _ count: Int, _ node: SocketNode, only: Way? = nil
  ) throws -> [Way: [EitherSocket]] {
    var sockets: [Way: [EitherSocket]] = [:]
    for way in Way.allCases where only == nil || only == way {
      sockets[way] = try (0..<count).map { _ in try way == .unseen ? node.stranger(kind, type) : node.client(kind, type)
      }
    }
    return sockets
  }

  /// The service with affinity is on another port.
  private func places(
    _ kind: SocketKind, _ node: SocketNode, _ type: __socket_type, port: UInt16 = 7070
  ) throws -> [Way: Endpoint] {
    try node.setService(kind, ports: [port], affinitySeconds: 60, port: 81, id: 2)
    try node.setService(kind, ports: [port])
    let backend = Endpoint(address: kind == .v4 ? "127.0.0.1" : "::1", port: port)
    var affinity = node.service(kind)
    affinity.port = 81
    return [.unseen: backend, .direct: backend, .service: node.service(kind), .affinity: affinity]
  }

  private static func time(_ body: () throws -> Void) throws -> UInt64 {
    let before = nanoseconds()
    try body()
    return nanoseconds() - before
  }

  private static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private func report(_ name: String, _ kind: SocketKind, _ times: [Way: [UInt64]]) {
    for way in Way.allCases {
      let sorted = (times[way] ?? []).sorted()
      guard let least = sorted.first else { continue }
      print("| \(name) | \(kind) | \(way.rawValue) | \(least) / \(sorted[sorted.count / 2]) |")
    }
  }
}
