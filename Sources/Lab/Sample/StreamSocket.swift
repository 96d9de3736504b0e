import Glibc

/// A TCP socket; the caller closes it.
struct StreamSocket: Sendable {
  let descriptor: Int32

  /// Who is at the other end.
  struct Peer: Hashable, Sendable {
    /// As text; an IPv4 client of a dual-stack socket is shown as an IPv4 address.
    let address: String
    let port: UInt16
  }

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Listens on a port of all addresses: of both families, or of IPv4 where the machine has no IPv6.
  init(listeningOn port: UInt16) throws(LabError) {
    if let socket = try? StreamSocket(listeningOn: port, domain: AF_INET6) {
      self = socket
    } else {
      self = try StreamSocket(listeningOn: port, domain: AF_INET)
    }
  }

  private init(listeningOn port: UInt16, domain: Int32) throws(LabError) {
    descriptor = socket(domain, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw LabError("no socket: \(errnoText())") }
    set(SOL_SOCKET, SO_REUSEADDR, Int32(1))
    if domain == AF_INET6 { set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, Int32(0)) }
    var address = sockaddr_storage()
    let size = Self.fill(&address, domain, port)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
    }
    guard isBound, listen(descriptor, 1_024) == 0 else {
      let reason = errnoText()
      Glibc.close(descriptor)
      throw LabError("port \(port) cannot be listened on: \(reason)")
    }
  }

  /// Writes "any address, this port" and gives its size.
  private static func fill(_ storage: inout sockaddr_storage, _ domain: Int32, _ port: UInt16) -> socklen_t {
    withUnsafeMutableBytes(of: &storage) { bytes in
      // Family and port stand at the same place in sockaddr_in and sockaddr_in6.
      bytes.storeBytes(of: sa_family_t(domain), as: sa_family_t.self)
      bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
    }
    return socklen_t(domain == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
  }

  /// The next connection; nil if it was gone before it could be taken.
  func accept() throws(LabError) -> (socket: StreamSocket, peer: Peer)? {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let taken = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(descriptor, $0, &size) }
    }
    if taken >= 0 { return (StreamSocket(descriptor: taken), Self.peer(address)) }
    switch errno {
    case EBADF, EINVAL, ENOTSOCK: throw LabError("accept: \(errnoText())")
    case EMFILE, ENFILE, ENOBUFS, ENOMEM:
      usleep(10_000)
      return nil
    default: return nil
    }
  }

  private static func peer(_ storage: sockaddr_storage) -> Peer {
    withUnsafeBytes(of: storage) { bytes in
      let isIPv6 = Int32(bytes.load(as: sa_family_t.self)) == AF_INET6
      let port = UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
      var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      let size = socklen_t(text.count)
      // Offsets of sin_addr and sin6_addr (netinet/in.h).
      let octets = bytes.baseAddress?.advanced(by: isIPv6 ? 8 : 4)
      inet_ntop(isIPv6 ? AF_INET6 : AF_INET, octets, &text, size)
      let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let mapped = "::ffff:"
      return Peer(
        address: address.hasPrefix(mapped) && address.contains(".") ? String(address.dropFirst(mapped.count)) : address,
        port: port)
    }
  }

  var localPort: UInt16 {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return Self.peer(address).port
  }

  /// Opens a connection to 4 or 16 bytes of address; false if nobody takes it.
  func connect(to bytes: [UInt8], port: UInt16) -> Bool {
    var address = sockaddr_storage()
    let domain = bytes.count == 4 ? AF_INET : AF_INET6
    let size = Self.fill(&address, domain, port)
    withUnsafeMutableBytes(of: &address) { storage in
      UnsafeMutableRawBufferPointer(rebasing: storage[(domain == AF_INET ? 4 : 8)...]).copyBytes(from: bytes)
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) == 0 }
    }
  }

  /// No read, write or connect waits longer than this.
  func limitWaiting(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Up to `count` bytes; empty at the end, nil on an error or when nothing came in time.
  func read(_ count: Int) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: count)
    let got = Glibc.read(descriptor, &buffer, count)
    return got < 0 ? nil : Array(buffer.prefix(got))
  }

  /// Writes all of it; false if the other end is gone or takes nothing.
  func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
        let sent = send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if sent < 0 {
          if errno == EINTR { continue }
          return false
        }
        done += sent
      }
      return true
    }
  }

  func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  func close() { Glibc.close(descriptor) }
}
