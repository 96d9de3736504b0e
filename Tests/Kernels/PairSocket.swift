import DataplaneABI
import Glibc
import Netlink

/// A socket of TCP or SCTP, one to one, in a namespace. Every call ends within five seconds.
final class PairSocket {
  private let descriptor: Int32
  private let isIPv6: Bool

  init(in namespace: NetworkNamespace, isIPv6: Bool = false, proto: UInt8 = IPProtocolNumber.tcp) throws {
    self.isIPv6 = isIPv6
    descriptor = try namespace.socket(
      domain: isIPv6 ? AF_INET6 : AF_INET, type: Int32(SOCK_STREAM.rawValue), protocol: Int32(proto))
    limit()
  }

  private init(owning descriptor: Int32, isIPv6: Bool) {
    self.isIPv6 = isIPv6
    self.descriptor = descriptor
    limit()
  }

  deinit { close(descriptor) }

  private func limit() {
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
  }

  func listen(on port: UInt16) throws {
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard Self.with(isIPv6 ? "::" : "0.0.0.0", port, { bind(descriptor, $0, $1) }) == 0,
      Glibc.listen(descriptor, 4) == 0
    else {
      throw Unexpected("listen: errno \(errno)")
    }
  }

  func connect(to address: String, _ port: UInt16) throws {
    guard Self.with(address, port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      throw Unexpected("connect: errno \(errno)")
    }
  }

  /// What connecting fails with.
  func refusal(by address: String, _ port: UInt16) throws -> Int32 {
    guard Self.with(address, port, { Glibc.connect(descriptor, $0, $1) }) != 0 else {
      throw Unexpected("connected to \(address):\(port)")
    }
    return errno
  }

  func accept() throws -> PairSocket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw Unexpected("accept: errno \(errno)") }
    return PairSocket(owning: accepted, isIPv6: isIPv6)
  }

  func send(_ byte: UInt8) throws {
    var byte = byte
    guard Glibc.send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { throw Unexpected("send: errno \(errno)") }
  }

  func receive() throws -> UInt8 {
    var byte: UInt8 = 0
    guard recv(descriptor, &byte, 1, 0) == 1 else { throw Unexpected("receive: errno \(errno)") }
    return byte
  }

  func peer() throws -> String {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
    }
    guard result == 0 else { throw Unexpected("getpeername: errno \(errno)") }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    // The IPv4 address stands where the flow's label does.
    withUnsafeBytes(of: &address) {
      _ = inet_ntop(
        isIPv6 ? AF_INET6 : AF_INET, $0.baseAddress?.advanced(by: isIPv6 ? 8 : 4), &text, socklen_t(text.count))
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func with(
    _ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    let isIPv6 = text.contains(":")
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(isIPv6 ? AF_INET6 : AF_INET)
    address.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &address) {
      _ = inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, $0.baseAddress?.advanced(by: isIPv6 ? 8 : 4))
    }
    let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
  }

  /// Two hundred and fifty bytes each way, one by one.
  static func talk(_ client: PairSocket, _ server: PairSocket, clientSeenAs address: String) throws {
    try expect("the client's address, as the server sees it", try server.peer(), address)
    for byte: UInt8 in 0..<250 {
      try client.send(byte)
      try expect("what the server got", try server.receive(), byte)
      try server.send(~byte)
      try expect("what the client got", try client.receive(), ~byte)
    }
  }
}
