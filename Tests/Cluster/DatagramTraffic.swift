import CalicoAPI
import DataplaneABI
import Foundation
import Netlink
import Synchronization
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Datagrams") struct Datagrams {}
}

extension RealTraffic.Datagrams {
  private static let service = """
    apiVersion: v1
    kind: Service
    metadata: {name: names}
    spec:
      ipFamilyPolicy: RequireDualStack
      selector: {app: web}
      ports: [{name: dns, port: 53, targetPort: 5998, protocol: UDP}]
    """

  @Test(
    "UDP to a Service, from a pod and from a node, in every mode: answered, and balanced once, where the mode says",
    arguments: [ConnectTimeLoadBalancing.disabled, .tcp, .enabled])
  func udp(mode: ConnectTimeLoadBalancing) async throws {
    let pods = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    let servers = try pods.flatMap { pod in
      try [false, true].map { try NamingSocket(pod.pod.name, in: pod.namespace, isIPv6: $0, port: 5998) }
    }
    defer { for server in servers { server.stop() } }
    #expect(try await TestLab.apply(Self.service).code == 0)
    try await TestLab.setConnectTime(mode)
    let node = try TestLab.record("client-pod").node
    for address in try await TestLab.addresses(of: "names") {
      for place in ["client-pod", node] {
        // A question from a port that was used within the last minute belongs to that flow.
        var ports: Set<String> = []
        for _ in 0..<10 where ports.isEmpty { ports.formUnion(try await Self.ask(address, 1, from: place).map(\.port)) }
        let (packets, sockets) = (try TestLab.counters(on: node), try TestLab.socketCounters(on: node))
        let answers = try await Self.ask(address, 40, from: place)
        #expect(answers.count == 40)
        // Of 40 questions none for one of three happens once in four million runs.
        #expect(Set(answers.map(\.pod)) == Set(pods.map(\.pod.name)))
        let bySocket = try TestLab.socketCounters(on: node)[.serviceFlow] - sockets[.serviceFlow]
        let all = try TestLab.counters(on: node)[.serviceFlow] - packets[.serviceFlow]
        #expect(bySocket == (mode == .enabled ? 40 : 0), "\(mode), \(place)")
        let fresh = Set(answers.map(\.port)).subtracting(ports)
        #expect(all == (mode == .enabled ? 40 : fresh.count), "\(mode), \(place)")
        #expect(fresh.count > 30)
      }
    }
    try await TestLab.setConnectTime(nil)
    #expect(try await TestLab.kubectl("delete", "service", "names").code == 0)
  }

  /// Who answers a pod or node, and which port that sees, each question from a socket of its own.
  private static func ask(
    _ address: InetAddress, _ count: Int, from place: String
  ) async throws -> [(pod: String, port: String)] {
    let script = """
      for i in $(seq \(count)); do
        exec 3<>/dev/udp/\(address)/53; echo who >&3; timeout 3 dd bs=2048 count=1 status=none <&3; exec 3>&-
      done
      """
    let result = try await TestLab.shell(in: place, "bash -c '\(script)'", limit: .seconds(150))
    return result.lines.compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      return words.count == 2 && words[0].hasPrefix("web-") ? (words[0], words[1]) : nil
    }
  }
}

/// Answers each datagram with its pod's name and the port that it came from, from a thread of its own.
final class NamingSocket: Sendable {
  private let socket: DatagramSocket
  private let isStopped = Atomic(false)
  private let done = DispatchSemaphore(value: 0)

  init(_ name: String, in namespace: String, isIPv6: Bool, port: UInt16) throws {
    socket = try DatagramSocket(in: namespace, isIPv6: isIPv6, port: port, limit: timeval(tv_sec: 0, tv_usec: 100_000))
    Thread { [self] in serve(name) }.start()
  }

  /// Has it end within a moment; its port is free then.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
  }

  private func serve(_ name: String) {
    var bytes = [UInt8](repeating: 0, count: 2048)
    while !isStopped.load(ordering: .relaxed) {
      var peer = sockaddr_in6()
      var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
      withUnsafeMutablePointer(to: &peer) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          guard recvfrom(socket.descriptor, &bytes, bytes.count, 0, $0, &size) >= 0 else { return }
          // The port stands at the same place in both kinds of address.
          let port = UInt16(bigEndian: UnsafeRawPointer($0).load(fromByteOffset: 2, as: UInt16.self))
          let answer = Array("\(name) \(port)\n".utf8)
          _ = sendto(socket.descriptor, answer, answer.count, 0, $0, size)
        }
      }
    }
    socket.end()
    done.signal()
  }
}
