import Glibc

@testable import EBPF

/// A network namespace of its own for a test, with its loopback interface up. Gone with the thread that runs in it.
enum NetworkNamespace {
  /// Every namespace has loopback at this index.
  static let loopback: UInt32 = 1

  /// unshare(2), which Swift's view of Glibc leaves out.
  private static let unshare = dlsym(nil, "unshare").map {
    unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self)
  }
  /// CLONE_NEWNET of linux/sched.h.
  private static let newNetwork: Int32 = 0x4000_0000

  /// Runs `body` on a thread of its own in a new namespace and waits for it.
  static func run(_ body: @escaping @Sendable () throws -> Void) throws {
    let job = Job(body)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(job)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
        job.result = Result { try job.enter() }
        return nil
      }, argument.toOpaque())
    guard code == 0 else {
      argument.release()
      throw Errno(rawValue: code)
    }
    pthread_join(thread, nil)
    try job.result.get()
  }

  private final class Job: @unchecked Sendable {
    let body: @Sendable () throws -> Void
    /// Written by the thread, read after it was joined.
    var result: Result<Void, any Error> = .success(())

    init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }

    func enter() throws {
      guard let unshare = NetworkNamespace.unshare, unshare(NetworkNamespace.newNetwork) == 0 else {
        throw Errno.current
      }
      try raiseLoopback()
      try body()
    }
  }

  private static func raiseLoopback() throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard socket >= 0 else { throw Errno.current }
    defer { close(socket) }
    // struct ifreq: 16 bytes of name, then the flags.
    var request = [UInt8](repeating: 0, count: 40)
    request.replaceSubrange(0..<2, with: Array("lo".utf8))
    request[16] = UInt8(IFF_UP)
    guard ioctl(socket, UInt(SIOCSIFFLAGS), &request) == 0 else { throw Errno.current }
  }

  /// Sends that many datagrams from and to 127.0.0.1.
  static func send(_ count: Int) throws {
    let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    let receiver = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer {
      close(sender)
      close(receiver)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { address in
      try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard bind(receiver, address, length) == 0, getsockname(receiver, address, &length) == 0 else {
          throw Errno.current
        }
        for _ in 0..<count where sendto(sender, "x", 1, 0, address, length) != 1 { throw Errno.current }
      }
    }
  }
}
