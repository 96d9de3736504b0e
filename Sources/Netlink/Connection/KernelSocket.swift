import Glibc

/// A routing netlink socket (AF_NETLINK, NETLINK_ROUTE), open until the last reference goes away.
///
/// The kernel assigns the port, so any number of sockets can live in one process.
final class KernelSocket: NetlinkSocket {
  private let descriptor: FileDescriptor
  /// A pipe that is readable once `cancel` was called; nil for sockets that nobody cancels.
  private let cancellation: (readEnd: FileDescriptor, writeEnd: FileDescriptor)?

  /// Options of level SOL_NETLINK (270), from `linux/netlink.h`.
  private enum Option {
    static let level: Int32 = 270
    static let addMembership: Int32 = 1
    static let capAcknowledgement: Int32 = 10
    static let extendedAcknowledgement: Int32 = 11
    static let strictChecking: Int32 = 12
  }

  /// Opens a socket in the calling thread's network namespace.
  ///
  /// - Parameters:
  ///   - groups: multicast groups to join (RTNLGRP_*).
  ///   - receiveBuffer: bytes that may wait to be read; nil leaves the system's default.
  ///   - isCancellable: whether `cancel` can end a wait.
  init(groups: [UInt32] = [], receiveBuffer: Int32? = nil, isCancellable: Bool = false) throws(SocketFailure) {
    let raw = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard raw >= 0 else { throw SocketFailure.system(call: "socket(AF_NETLINK)", errno: errno) }
    descriptor = FileDescriptor(owning: raw)
    cancellation = isCancellable ? try Self.makePipe() : nil

    try set(Option.extendedAcknowledgement, 1, "NETLINK_EXT_ACK")
    try set(Option.capAcknowledgement, 1, "NETLINK_CAP_ACK")
    try set(Option.strictChecking, 1, "NETLINK_GET_STRICT_CHK")
    if let receiveBuffer { try setReceiveBuffer(receiveBuffer) }
    try bindToKernelAssignedPort()
    for group in groups { try set(Option.addMembership, Int32(bitPattern: group), "NETLINK_ADD_MEMBERSHIP \(group)") }
  }

  private static func makePipe() throws(SocketFailure) -> (FileDescriptor, FileDescriptor) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SocketFailure.system(call: "pipe", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (FileDescriptor(owning: ends[0]), FileDescriptor(owning: ends[1]))
  }

  private func set(_ option: Int32, _ value: Int32, _ name: String) throws(SocketFailure) {
    var value = value
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard setsockopt(descriptor.rawValue, Option.level, option, &value, size) == 0 else {
      throw SocketFailure.system(call: "setsockopt(\(name))", errno: errno)
    }
  }

  private func setReceiveBuffer(_ bytes: Int32) throws(SocketFailure) {
    var bytes = bytes
    let size = socklen_t(MemoryLayout<Int32>.size)
    // SO_RCVBUFFORCE passes the system's limit but needs CAP_NET_ADMIN in the first user namespace.
    if setsockopt(descriptor.rawValue, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, size) == 0 { return }
    guard setsockopt(descriptor.rawValue, SOL_SOCKET, SO_RCVBUF, &bytes, size) == 0 else {
      throw SocketFailure.system(call: "setsockopt(SO_RCVBUF)", errno: errno)
    }
  }

  private func bindToKernelAssignedPort() throws(SocketFailure) {
    var address = NetlinkSocketAddress()
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor.rawValue, $0, socklen_t(MemoryLayout<NetlinkSocketAddress>.size))
      }
    }
    guard result == 0 else { throw SocketFailure.system(call: "bind(AF_NETLINK)", errno: errno) }
  }

  func send(_ datagram: [UInt8]) throws(SocketFailure) {
    // Not connected: a destination of 0 is the kernel. A netlink datagram is sent whole or not at all.
    while Glibc.send(descriptor.rawValue, datagram, datagram.count, 0) < 0 {
      guard errno == EINTR else { throw SocketFailure.system(call: "send", errno: errno) }
    }
  }

  func receive(until deadline: ContinuousClock.Instant) throws(SocketFailure) -> [UInt8] {
    while true {
      try waitUntilReadable(deadline)
      guard let size = try nextDatagramSize() else { continue }
      guard let datagram = try readDatagram(capacity: max(size, Self.dumpDatagramSize)) else { continue }
      return datagram
    }
  }

  /// The kernel makes datagrams of a dump as long as the longest buffer seen, up to this size.
  private static let dumpDatagramSize = 32768

  /// Looks at the next datagram without taking it, so that none is ever cut; nil if there is none after all.
  private func nextDatagramSize() throws(SocketFailure) -> Int? {
    let flags = Int32(MSG_PEEK) | Int32(MSG_TRUNC) | Int32(MSG_DONTWAIT)
    return try checked(recv(descriptor.rawValue, nil, 0, flags), "recv")
  }

  /// Takes the next datagram; nil if there is none after all, or if it is not the kernel's (any process may send to us).
  private func readDatagram(capacity: Int) throws(SocketFailure) -> [UInt8]? {
    var sender = NetlinkSocketAddress()
    var senderSize = socklen_t(MemoryLayout<NetlinkSocketAddress>.size)
    var result = 0
    let datagram = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      result = withUnsafeMutablePointer(to: &sender) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(descriptor.rawValue, buffer.baseAddress, capacity, Int32(MSG_DONTWAIT), $0, &senderSize)
        }
      }
      count = max(result, 0)
    }
    guard try checked(result, "recvfrom") != nil, sender.port == 0 else { return nil }
    return datagram
  }

  private func checked(_ result: Int, _ call: String) throws(SocketFailure) -> Int? {
    if result >= 0 { return result }
    switch errno {
    case EINTR, EAGAIN: return nil
    case ENOBUFS: throw SocketFailure.overrun
    case let code: throw SocketFailure.system(call: call, errno: code)
    }
  }

  private func waitUntilReadable(_ deadline: ContinuousClock.Instant) throws(SocketFailure) {
    while true {
      var waiting = [pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
      if let cancellation {
        waiting.append(pollfd(fd: cancellation.readEnd.rawValue, events: Int16(POLLIN), revents: 0))
      }
      let ready = poll(&waiting, nfds_t(waiting.count), Self.milliseconds(until: deadline))
      if ready < 0, errno != EINTR { throw SocketFailure.system(call: "poll", errno: errno) }
      if waiting.count == 2, waiting[1].revents != 0 { throw SocketFailure.cancelled }
      if ready > 0 { return }
      if ContinuousClock.now >= deadline { throw SocketFailure.timedOut }
    }
  }

  /// Rounded up, so that a wait never ends just before its deadline and spins; at most an hour at a time.
  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let rest = ContinuousClock.now.duration(to: deadline).components
    guard rest.seconds >= 0, rest.attoseconds >= 0 else { return 0 }
    guard rest.seconds < 3600 else { return 3_600_000 }
    return Int32(rest.seconds * 1000 + rest.attoseconds / 1_000_000_000_000_000) + 1
  }

  /// Ends every wait on this socket, now and later.
  func cancel() {
    guard let cancellation else { return }
    var byte: UInt8 = 0
    // Never read, so one byte is enough for every wait to come.
    _ = write(cancellation.writeEnd.rawValue, &byte, 1)
  }
}

/// The address of a netlink socket (`struct sockaddr_nl`); port 0 is the kernel, or "assign one" when binding.
private struct NetlinkSocketAddress {
  var family = UInt16(AF_NETLINK)
  var padding: UInt16 = 0
  var port: UInt32 = 0
  var groups: UInt32 = 0
}
