import Foundation
import Netlink

/// A GET of one page, asked from inside a network namespace.
struct HTTPQuestion: Hashable, Sendable {
  var address: InetAddress
  var port: UInt16
  var path: String
  var timeout = Duration.seconds(1)

  /// Status and text; nil if nobody answers. Blocks, at most a few times `timeout`.
  func ask(from namespace: String) -> (status: Int, text: String)? {
    guard let socket = connect(from: namespace) else { return nil }
    defer { socket.close() }
    let host = address.family == .ipv4 ? "\(address)" : "[\(address)]"
    let request = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\nUser-Agent: kube-probe\r\n\r\n"
    guard socket.write(Array(request.utf8)) else { return nil }
    var answer: [UInt8] = []
    while answer.count < 65_536, let bytes = socket.read(4_096), !bytes.isEmpty { answer += bytes }
    return Self.parse(String(decoding: answer, as: UTF8.self))
  }

  /// Whether somebody takes a connection.
  func isAnswered(from namespace: String) -> Bool {
    guard let socket = connect(from: namespace) else { return false }
    socket.close()
    return true
  }

  private func connect(from namespace: String) -> StreamSocket? {
    guard let namespace = try? NetworkNamespace(named: namespace),
      let descriptor = try? namespace.socket(
        domain: address.family == .ipv4 ? AF_INET : AF_INET6, type: Int32(SOCK_STREAM.rawValue))
    else { return nil }
    let socket = StreamSocket(descriptor: descriptor)
    socket.limitWaiting(timeout)
    if socket.connect(to: address.bytes, port: port) { return socket }
    socket.close()
    return nil
  }

  /// Reads an HTTP/1 answer; nil if it is none.
  static func parse(_ answer: String) -> (status: Int, text: String)? {
    let parts = answer.prefix(20).split(separator: " ")
    guard parts.count > 1, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1].prefix { $0.isNumber }) else {
      return nil
    }
    let text = answer.range(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) }
    return (status, text ?? "")
  }
}
