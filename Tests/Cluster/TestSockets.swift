import Foundation
import Netlink
import Synchronization

@testable import Lab

/// Sends frames out of a host's or a pod's interface, as they are.
final class PacketSocket: Sendable {
  private let descriptor: Int32
  /// struct sockaddr_ll: family, protocol, interface index; the rest is not needed to send.
  private let address: [UInt8]
  let hardwareAddress: [UInt8]
  private let next: [UInt8]

  /// - Parameter next: the Ethernet address that packets go to: a pod's gateway, unless another is given.
  init(in namespace: String, to next: [UInt8] = [UInt8](repeating: 0xee, count: 6)) throws {
    self.next = next
    let namespace = try NetworkNamespace(named: namespace)
    let link = try NetlinkConnection(in: namespace).link(named: "eth0")
    descriptor = try namespace.socket(domain: AF_PACKET, type: Int32(SOCK_RAW.rawValue))
    var address = [UInt8](repeating: 0, count: 20)
    address.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
      $0.storeBytes(of: Int32(link.index), toByteOffset: 4, as: Int32.self)
    }
    self.address = address
    hardwareAddress = link.hardwareAddress?.bytes ?? []
  }

  deinit { close(descriptor) }

  /// Waits while the interface has no room.
  func send(frame: [UInt8]) throws {
    while true {
      let count = address.withUnsafeBytes {
        sendto(descriptor, frame, frame.count, 0, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, 20)
      }
      if count == frame.count { return }
      guard errno == ENOBUFS || errno == EAGAIN else {
        throw LabError("a packet was not sent: \(String(cString: strerror(errno)))")
      }
      usleep(1000)
    }
  }

  /// An IP packet.
  func send(_ packet: [UInt8]) throws {
    let type: [UInt8] = packet[0] >> 4 == 4 ? [0x08, 0x00] : [0x86, 0xdd]
    try send(frame: next + hardwareAddress + type + packet)
  }
}

/// A UDP socket that is bound to a port of every address in a namespace.
final class DatagramSocket: Sendable {
  let descriptor: Int32
  private let isOpen = Atomic(true)

  /// - Parameter limit: how long a call waits at most.
  init(in namespace: String, isIPv6: Bool, port: UInt16, limit: timeval = timeval(tv_sec: 2, tv_usec: 0)) throws {
    let domain = isIPv6 ? AF_INET6 : AF_INET
    descriptor = try NetworkNamespace(named: namespace).socket(domain: domain, type: Int32(SOCK_DGRAM.rawValue))
    var (timeout, one) = (limit, Int32(1))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    if isIPv6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, socklen_t(MemoryLayout<Int32>.size)) }
    // The family and the port stand at the same place in both, and all other bytes are 0.
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(domain)
    address.sin6_port = port.bigEndian
    let size = socklen_t(isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard result == 0 else { throw LabError("port \(port) was not bound: \(String(cString: strerror(errno)))") }
  }

  deinit { end() }

  /// Gives the port back.
  func end() {
    if isOpen.exchange(false, ordering: .relaxed) { close(descriptor) }
  }

  /// Nil if nothing came.
  func receive() -> [UInt8]? { receiveFrom()?.bytes }

  /// A datagram and who sent it; nil if nothing came.
  func receiveFrom() -> (bytes: [UInt8], address: InetAddress, port: UInt16)? {
    var bytes = [UInt8](repeating: 0, count: 65536)
    var peer = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let count = withUnsafeMutablePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, &bytes, bytes.count, 0, $0, &size) }
    }
    guard count >= 0 else { return nil }
    // The port stands at the same place in both kinds, then the flow's label or the IPv4 address.
    let address = withUnsafeBytes(of: peer) {
      InetAddress(bytes: peer.sin6_family == sa_family_t(AF_INET) ? $0[4..<8] : $0[8..<24])
    }
    return address.map { (Array(bytes[..<count]), $0, UInt16(bigEndian: peer.sin6_port)) }
  }
}
