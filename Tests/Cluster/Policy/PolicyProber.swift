import DataplaneABI
import Foundation
import Netlink

@testable import Lab

/// One question of one pod to another.
struct PolicyProbe: Hashable, Sendable, CustomStringConvertible {
  let source: String
  let destination: String
  let transport: ClientSocket.Transport
  let port: UInt16
  /// 0 is IPv4, 1 is IPv6.
  let family: Int

  var description: String { "\(source) to \(destination), \(transport) \(port), IPv\(family == 0 ? 4 : 6)" }

  /// From each to each other.
  static let all = PolicyCluster.places.flatMap { source in
    PolicyCluster.places.filter { $0 != source }.flatMap { destination in
      ClientSocket.Transport.allCases.flatMap { transport in
        PolicyCluster.ports.flatMap { port in
          [0, 1].map {
            PolicyProbe(
              source: "\(source)", destination: "\(destination)", transport: transport, port: port, family: $0)
          }
        }
      }
    }
  }
}

/// Asks many questions at once, each from a new socket.
struct PolicyProber {
  let cluster: PolicyCluster

  /// Those that were answered: TCP by an open connection, UDP by the one that was asked.
  ///
  /// - Parameter limit: after that nobody waits any longer.
  func answered(_ probes: [PolicyProbe] = PolicyProbe.all, limit: Duration) throws -> Set<PolicyProbe> {
    let deadline = ContinuousClock.now + limit
    var open: [Int32: PolicyProbe] = [:]
    defer { for descriptor in open.keys { close(descriptor) } }
    // All sockets of a pod are opened in one go.
    for (source, ofSource) in Dictionary(grouping: probes, by: \.source) {
      let calls = try ofSource.map { probe in (probe, try cluster.pod(probe.destination).addresses[probe.family]) }
      let opened = try cluster.pod(source).namespace.run { calls.map { ($0.0, Self.begin($0.0, $0.1)) } }
      for (probe, descriptor) in opened {
        guard descriptor >= 0 else { throw LabError("no socket: \(String(cString: strerror(errno)))") }
        open[descriptor] = probe
      }
    }
    var answered: Set<PolicyProbe> = []
    while !open.isEmpty, ContinuousClock.now < deadline {
      var waiting = open.map { pollfd(fd: $0, events: Int16($1.transport == .tcp ? POLLOUT : POLLIN), revents: 0) }
      let rest = (deadline - .now) / .milliseconds(1)
      guard poll(&waiting, nfds_t(waiting.count), Int32(max(rest, 1))) > 0 else { continue }
      for socket in waiting where socket.revents != 0 {
        guard let probe = open.removeValue(forKey: socket.fd) else { continue }
        if Self.isAnswered(probe, socket.fd) { answered.insert(probe) }
        close(socket.fd)
      }
    }
    return answered
  }

  private static func begin(_ probe: PolicyProbe, _ address: InetAddress) -> Int32 {
    let type = probe.transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
    let flags = Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(probe.family == 0 ? AF_INET : AF_INET6, flags, 0)
    guard descriptor >= 0 else { return descriptor }
    _ = address.withSocketAddress(port: probe.port) { connect(descriptor, $0, $1) }
    if probe.transport == .udp { _ = send(descriptor, "who", 3, Int32(MSG_NOSIGNAL)) }
    return descriptor
  }

  private static func isAnswered(_ probe: PolicyProbe, _ descriptor: Int32) -> Bool {
    if probe.transport == .tcp {
      var (error, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
      return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0
    }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).hasPrefix("\(probe.destination) ")
  }
}
