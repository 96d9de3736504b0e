import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Pods {
  /// A connection from a port that others of the pod have too, towards other places.
  private static func connection(from port: UInt16, to address: InetAddress, _ destination: UInt16) throws
    -> ClientSocket
  {
    let pod = try TestLab.record("client-pod")
    let socket = try ClientSocket(
      .tcp, in: pod.namespace, isIPv6: address.family == .ipv6, from: port, sharesPort: true)
    #expect(socket.connect(to: address, destination), "\(address) port \(destination) from \(port)")
    return socket
  }

  /// The name of the pod that answers.
  private static func ask(_ socket: ClientSocket) -> String? {
    guard socket.send(Array("GET / HTTP/1.0\r\n\r\n".utf8)) == 0 else { return nil }
    var answer = ""
    while let bytes = socket.receive() { answer += String(decoding: bytes, as: UTF8.self) }
    return answer.split(whereSeparator: \.isNewline).first { $0.hasPrefix("pod: ") }.map { String($0.dropFirst(5)) }
  }

  @Test(
    "one port of a pod for a service and for each of its backends directly: every connection has its own answers",
    arguments: [0, 1], [true, false])
  func samePort(family: Int, serviceFirst: Bool) async throws {
    let service = try await TestLab.addresses()[family]
    let pods = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    let node = try TestLab.record("client-pod").node
    let before = try TestLab.counters(on: node)[.portCollision]
    let rounds: UInt16 = 6
    for round in 0..<rounds {
      let port = 41_000 + UInt16(family * 200 + (serviceFirst ? 100 : 0)) + round
      var open: [(name: String?, socket: ClientSocket)] = []
      if serviceFirst { open.append((nil, try Self.connection(from: port, to: service, 80))) }
      for pod in pods {
        open.append((pod.pod.name, try Self.connection(from: port, to: pod.addresses[family], 8080)))
      }
      if !serviceFirst { open.append((nil, try Self.connection(from: port, to: service, 80))) }
      for (name, socket) in open {
        let answer = Self.ask(socket)
        #expect(name.map { answer == $0 } ?? (answer != nil), "\(name ?? "the service"): \(answer ?? "nothing")")
      }
    }
    #expect(try TestLab.counters(on: node)[.portCollision] - before == UInt64(rounds))
  }
}
