import Foundation
import Netlink

@testable import Lab

/// Sees every packet at every interface of a host, loopback too, and keeps those of the flow under test, in tunnels between
/// nodes as well.
final class PathTap {
  /// A packet of that flow.
  struct Sighting {
    let host: String
    /// By the kernel's clock, in nanoseconds: the same for all hosts.
    let time: Int64
    /// From client to server.
    let isQuestion: Bool
  }

  private let host: String
  private let descriptor: Int32
  /// Of servers and services: nobody else in the lab uses them.
  private let ports: Set<UInt16>

  convenience init(_ host: LabHost, named name: String, ports: Set<UInt16>) throws {
    try self.init(namespace: host.namespace, named: name, ports: ports)
  }

  init(namespace: String, named name: String, ports: Set<UInt16>) throws {
    self.host = name
    self.ports = ports
    // ETH_P_ALL, in network order.
    descriptor = try NetworkNamespace(named: namespace).socket(
      domain: AF_PACKET, type: Int32(SOCK_DGRAM.rawValue), protocol: Int32(UInt16(3).bigEndian))
    // The first question turns time stamps on; there is none yet.
    _ = lastTime()
  }

  deinit { close(descriptor) }

  /// What has come since the last time that this was asked, in the order that it came.
  func sightings() -> [Sighting] {
    var sightings: [Sighting] = []
    var packet = [UInt8](repeating: 0, count: 192)
    while true {
      let count = recv(descriptor, &packet, packet.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return sightings }
      guard let isQuestion = isQuestion(packet.prefix(count)) else { continue }
      // Seen is seen, even at an unknown time.
      sightings.append(Sighting(host: host, time: lastTime() ?? .max, isQuestion: isQuestion))
    }
  }

  /// How many packets found no room in the socket since the last time that this was asked (PACKET_STATISTICS).
  func missed() -> UInt32 {
    // struct tpacket_stats: all packets, and those that were dropped.
    var statistics: (packets: UInt32, drops: UInt32) = (0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: statistics))
    return getsockopt(descriptor, 263, 6, &statistics, &size) == 0 ? statistics.drops : .max
  }

  /// When the packet that was read last came (SIOCGSTAMPNS).
  private func lastTime() -> Int64? {
    var time = timespec()
    guard ioctl(descriptor, 0x8907, &time) == 0 else { return nil }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Nil if it is no packet of the flow. It begins with the IP header.
  private func isQuestion(_ packet: ArraySlice<UInt8>) -> Bool? {
    guard let first = packet.first, packet.count >= 28 else { return nil }
    let is4 = first >> 4 == 4
    let transport = packet.dropFirst(is4 ? Int(first & 0xf) * 4 : 40)
    guard transport.count >= 4 else { return nil }
    let bytes = Array(transport.prefix(4))
    switch packet[packet.startIndex + (is4 ? 9 : 6)] {
    case 1 where is4, 58 where !is4: return Self.isEchoRequest(bytes[0])
    case 17 where Array(transport.dropFirst(2).prefix(2)) == Self.tunnelPort:
      return isQuestion(transport.dropFirst(Self.tunnelHeaders))
    case 6, 17, 132:
      if ports.contains(UInt16(bytes[2]) << 8 | UInt16(bytes[3])) { return true }
      return ports.contains(UInt16(bytes[0]) << 8 | UInt16(bytes[1])) ? false : nil
    default: return nil
    }
  }

  /// 4789, and the headers of UDP, VXLAN and Ethernet.
  private static let tunnelPort: [UInt8] = [0x12, 0xb5]
  private static let tunnelHeaders = 8 + 8 + 14

  private static func isEchoRequest(_ type: UInt8) -> Bool? {
    switch type {
    case 8, 128: true
    case 0, 129: false
    default: nil
    }
  }
}
