import Foundation
import Netlink

@testable import Lab

/// A TCP or UDP socket in a pod's or a host's namespace, connected to one place. Each call ends within `limit` seconds.
///
/// Its process is in no control group of the lab, so what it dials is balanced by its packets.
final class ClientSocket: Sendable {
  enum Transport: UInt8, CaseIterable, Sendable {
    case tcp = 6
    case udp = 17
  }

  /// What a packet that is too long for its way comes to (IP_PMTUDISC_DONT, WANT and DO; the same numbers in IPv6).
  enum TooLong: Int32 {
    case mayBeCutOnTheWay = 0
    case isCutHere = 1
    case isAnError = 2
  }

  private let descriptor: Int32
  private let isIPv6: Bool

  /// - Parameters:
  ///   - port: its own; nil is one that the kernel chooses.
  ///   - sharesPort: whether others may have the port too, towards other places.
  init(
    _ transport: Transport, in namespace: String, isIPv6: Bool, from port: UInt16? = nil, sharesPort: Bool = false,
    limit: Double = 5
  ) throws {
    self.isIPv6 = isIPv6
    let type = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
    descriptor = try NetworkNamespace(named: namespace).socket(
      domain: isIPv6 ? AF_INET6 : AF_INET, type: Int32(type.rawValue))
    var timeout = timeval(tv_sec: Int(limit), tv_usec: Int(limit.truncatingRemainder(dividingBy: 1) * 1_000_000))
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    guard let port else { return }
    if sharesPort {
      var one: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    }
    let own = InetAddress.unspecified(isIPv6 ? .ipv6 : .ipv4)
    guard own.withSocketAddress(port: port, { bind(descriptor, $0, $1) }) == 0 else {
      throw LabError("port \(port) was not bound in \(namespace): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// False if nobody took it, or said no.
  func connect(to address: InetAddress, _ port: UInt16) -> Bool { dial(address, port) == 0 }

  /// Zero, or the number of the error.
  func dial(_ address: InetAddress, _ port: UInt16) -> Int32 {
    address.withSocketAddress(port: port) { Foundation.connect(descriptor, $0, $1) == 0 ? 0 : errno }
  }

  /// Zero, or the number of the error.
  func send(_ bytes: [UInt8]) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }

  /// Nil if nothing came, or the other side has closed.
  func receive() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count <= 0 ? nil : Array(bytes[..<count])
  }

  /// The same, with the number of the error, or zero where the other side has closed.
  func receiveOrError() -> (bytes: [UInt8], error: Int32) {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    let error = count < 0 ? errno : 0
    return (Array(bytes.prefix(max(count, 0))), error)
  }

  func endOfSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Its own port.
  var port: UInt16 {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
    }
    // At the same place in both families.
    return UInt16(bigEndian: address.sin6_port)
  }

  // MARK: Options

  /// What the kernel knows of the way's MTU (IP_MTU, IPV6_MTU).
  var pathMTU: Int32 {
    var mtu: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, level, isIPv6 ? 24 : 14, &mtu, &size) == 0 ? mtu : -1
  }

  /// IP_MTU_DISCOVER, IPV6_MTU_DISCOVER.
  func set(_ tooLong: TooLong) { set(isIPv6 ? 23 : 10, tooLong.rawValue) }

  /// IP_TTL, IPV6_UNICAST_HOPS.
  func set(hopLimit: Int32) { set(isIPv6 ? 16 : 2, hopLimit) }

  /// Has no call wait.
  func neverWait() { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }

  private var level: Int32 { Int32(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP) }

  private func set(_ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }
}

extension InetAddress {
  /// The address and a port as system calls take them.
  func withSocketAddress<Result>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    // Family and port stand at the same place in both kinds, and then the flow's label or the IPv4 address.
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(family == .ipv4 ? AF_INET : AF_INET6)
    address.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &address) { $0[(family == .ipv4 ? 4 : 8)...].copyBytes(from: bytes) }
    let size = family == .ipv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
  }
}
