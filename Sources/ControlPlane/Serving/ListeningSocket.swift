import Foundation
import Synchronization

/// A bound and listening TCP socket. It is made before the server starts, so that what is wrong is said at once.
struct ListeningSocket: Sendable {
  let descriptor: CInt
  let address: ListenAddress
  /// The port it got.
  let port: UInt16

  private static let backlog: CInt = 512
  /// An IPv6 address that was just added is not usable until duplicate detection is over.
  private static let attempts = 20
  private static let pause = 0.1

  /// - Throws: `ControlPlaneError` with the address, what is wrong, and what to do.
  static func open(_ address: ListenAddress) throws(ControlPlaneError) -> ListeningSocket {
    guard let path = address.namespacePath else { return try openHere(address) }
    return try onThread(inNamespace: path, address)
  }

  /// A socket belongs to the namespace of the thread that makes it, and a thread that changed its namespace should not
  /// do anything else afterwards: so this takes a thread of its own.
  private static func onThread(
    inNamespace path: String, _ address: ListenAddress
  ) throws(ControlPlaneError) -> ListeningSocket {
    let outcome = Mutex<Result<ListeningSocket, ControlPlaneError>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let result = Result { () throws(ControlPlaneError) in
        try enterNamespace(path, for: address)
        return try openHere(address)
      }
      outcome.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    guard let result = outcome.withLock({ $0 }) else { throw ControlPlaneError("cannot listen on \(address)") }
    return try result.get()
  }

  private static func enterNamespace(_ path: String, for address: ListenAddress) throws(ControlPlaneError) {
    typealias SetNamespace = @convention(c) (CInt, CInt) -> CInt
    let newNetwork: CInt = 0x4000_0000  // CLONE_NEWNET, linux/sched.h
    let file = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw ControlPlaneError(
        "cannot listen on \(address): the network namespace \(path) cannot be opened: \(errorText()); make it first, "
          + "for example with ip netns add")
    }
    defer { close(file) }
    // The Glibc module does not show setns, which needs _GNU_SOURCE.
    guard let symbol = dlsym(nil, "setns") else {
      throw ControlPlaneError("cannot listen on \(address): this C library has no setns")
    }
    guard unsafeBitCast(symbol, to: SetNamespace.self)(file, newNetwork) == 0 else {
      throw ControlPlaneError(
        "cannot listen on \(address): cannot enter the network namespace \(path): \(errorText()); run as root")
    }
  }

  private static func openHere(_ address: ListenAddress) throws(ControlPlaneError) -> ListeningSocket {
    let isV6 = address.address.family == .v6
    let descriptor = socket(
      isV6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ControlPlaneError("cannot listen on \(address): \(errorText())") }
    var one: CInt = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
    if isV6 {
      setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &one, socklen_t(MemoryLayout<CInt>.size))
    }
    for attempt in 1... {
      if bind(descriptor, address) == 0 && listen(descriptor, backlog) == 0 { break }
      if errno == EADDRNOTAVAIL && isV6 && attempt < attempts {
        Thread.sleep(forTimeInterval: pause)
        continue
      }
      let error = refusal(address, errno)
      close(descriptor)
      throw error
    }
    return ListeningSocket(descriptor: descriptor, address: address, port: boundPort(descriptor))
  }

  private static func bind(_ descriptor: CInt, _ address: ListenAddress) -> CInt {
    if address.address.family == .v4 {
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = address.port.bigEndian
      inet_pton(AF_INET, address.host, &name.sin_addr)
      return withSocketAddress(&name) { Foundation.bind(descriptor, $0, $1) }
    }
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = address.port.bigEndian
    inet_pton(AF_INET6, address.host, &name.sin6_addr)
    return withSocketAddress(&name) { Foundation.bind(descriptor, $0, $1) }
  }

  private static func withSocketAddress<Name>(
    _ name: inout Name, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> CInt
  ) -> CInt {
    withUnsafeMutableBytes(of: &name) { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  private static func boundPort(_ descriptor: CInt) -> UInt16 {
    // The port is at the same place in both families.
    var name = sockaddr_in6()
    return withUnsafeMutableBytes(of: &name) { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      var length = socklen_t(bytes.count)
      getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length)
      return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    }
  }

  private static func refusal(_ address: ListenAddress, _ code: CInt) -> ControlPlaneError {
    let advice =
      switch code {
      case EADDRINUSE: "the port is in use: end the process that has it, or choose another port"
      case EADDRNOTAVAIL: "no interface has this address: add it first, or choose another"
      case EACCES: "ports below 1024 need root"
      default: errorText(code)
      }
    return ControlPlaneError("cannot listen on \(address): \(advice)")
  }

  private static func errorText(_ code: CInt = errno) -> String { String(cString: strerror(code)) }
}
