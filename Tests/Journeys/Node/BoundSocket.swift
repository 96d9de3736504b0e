import Glibc
import Netlink

/// A UDP socket of the host that holds a port on all addresses.
final class BoundSocket {
  struct Failure: Error { var code: Int32 }

  private let descriptor: Int32

  init(port: UInt16, _ family: Family, in namespace: NetworkNamespace) throws {
    let domain = family == .ipv4 ? AF_INET : AF_INET6
    descriptor = try namespace.socket(domain: domain, type: Int32(SOCK_DGRAM.rawValue))
    var one: Int32 = 1
    // Tests of the other family hold the same port meanwhile.
    if family == .ipv6 {
      setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, socklen_t(MemoryLayout<Int32>.size))
    }
    // The family and the port stand at the same place in both, and all other bytes are 0.
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(domain)
    address.sin6_port = port.bigEndian
    let size = socklen_t(family == .ipv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard result == 0 else { throw Failure(code: errno) }
  }

  deinit { close(descriptor) }
}
