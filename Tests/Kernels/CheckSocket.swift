import Glibc

/// Which sockets talk to which addresses.
enum Caller: CaseIterable, CustomStringConvertible {
  case ipv4, ipv6
  /// A socket of IPv6 that talks IPv4.
  case mapped

  var description: String {
    switch self {
    case .ipv4: "IPv4"
    case .ipv6: "IPv6"
    case .mapped: "IPv4-mapped"
    }
  }

  var domain: Int32 { self == .ipv4 ? AF_INET : AF_INET6 }
  var service: Place { Place(address: ["10.96.0.1", "fd96::1", "::ffff:10.96.0.1"][index], port: 80) }
  /// Any address of the own machine that such sockets reach.
  var any: Place { Place(address: ["0.0.0.0", "::", "::"][index], port: 0) }

  private var index: Int { Caller.allCases.firstIndex(of: self) ?? 0 }
}

/// An address and a port.
struct Place: Equatable {
  var address: String
  var port: UInt16
}

/// A TCP or UDP socket whose calls end within five seconds.
final class CheckSocket {
  private let descriptor: Int32
  private let caller: Caller

  init(_ caller: Caller, _ type: __socket_type) throws {
    self.caller = caller
    descriptor = socket(caller.domain, Int32(type.rawValue), 0)
    guard descriptor >= 0 else { throw Unexpected("no socket: errno \(errno)") }
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Binds to a free port and listens, if it is of TCP.
  func serve() throws -> UInt16 {
    guard with(caller.any, { bind(descriptor, $0, $1) }) == 0 else { throw Unexpected("bind: errno \(errno)") }
    listen(descriptor, 8)
    return try place("getsockname") { getsockname(descriptor, $0, $1) }.port
  }

  /// Returns 0 or the errno.
  func connect(to place: Place) -> Int32 { with(place) { Glibc.connect(descriptor, $0, $1) } == 0 ? 0 : errno }

  func peer() throws -> Place { try place("getpeername") { getpeername(descriptor, $0, $1) } }

  func send(to place: Place) throws {
    guard with(place, { Int32(sendto(descriptor, "x", 1, 0, $0, $1)) }) == 1 else {
      throw Unexpected("sendto: errno \(errno)")
    }
  }

  /// Who sent what came.
  func receive() throws -> Place {
    var byte: UInt8 = 0
    return try place("recvfrom") { Int32(recvfrom(descriptor, &byte, 1, 0, $0, $1)) }
  }

  private var offset: Int { caller == .ipv4 ? 4 : 8 }

  private func with(_ place: Place, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    // The family and the port stand at the same place in both kinds of address.
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(caller.domain)
    address.sin6_port = place.port.bigEndian
    let size = caller == .ipv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
    return withUnsafeMutableBytes(of: &address) { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      inet_pton(caller.domain, place.address, base + offset)
      return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
    }
  }

  private func place(
    _ call: String, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws -> Place {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
    guard result >= 0 else { throw Unexpected("\(call): errno \(errno)") }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    withUnsafeBytes(of: address) { bytes in
      guard let base = bytes.baseAddress else { return }
      inet_ntop(caller.domain, base + offset, &text, socklen_t(text.count))
    }
    return Place(
      address: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
      port: UInt16(bigEndian: address.sin6_port))
  }
}
