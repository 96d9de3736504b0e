import Glibc
import Netlink

extension ReadinessProbe {
  /// Asks a pod, from its node's network as Kubernetes' kubelet does. Blocks, at most about `timeout`.
  func run(at address: InetAddress, from nodeNamespace: String) -> Bool {
    let port =
      switch action {
      case .connect(let port), .get(let port, _): port
      }
    guard let namespace = try? NetworkNamespace(named: nodeNamespace),
      let descriptor = try? namespace.socket(
        domain: address.family == .ipv4 ? AF_INET : AF_INET6, type: Int32(SOCK_STREAM.rawValue))
    else { return false }
    let socket = StreamSocket(descriptor: descriptor)
    defer { socket.close() }
    socket.limitWaiting(timeout)
    guard socket.connect(to: address.bytes, port: port) else { return false }
    guard case .get(_, let path) = action else { return true }
    let host = address.family == .ipv4 ? "\(address)" : "[\(address)]"
    let request = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\nUser-Agent: kube-probe\r\n\r\n"
    guard socket.write(Array(request.utf8)), let answer = socket.read(4_096) else { return false }
    return Self.isSuccess(String(decoding: answer, as: UTF8.self))
  }

  /// Whether an answer begins with a status from 200 to 399.
  static func isSuccess(_ answer: String) -> Bool {
    let parts = answer.prefix(20).split(separator: " ")
    guard parts.count > 1, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else { return false }
    return (200..<400).contains(status)
  }
}
