import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Fragments") struct Fragments {}
}

extension RealTraffic.Fragments {
  @Test("a datagram in pieces arrives whole in whatever order they are sent, on the own and on another node")
  func anyOrder() async throws {
    let client = try TestLab.record("client-pod")
    let servers = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    let own = try #require(servers.first { $0.node == client.node })
    let other = try #require(servers.first { $0.node != client.node })
    let interface = try TestLab.interface(of: "client-pod")
    let before = try TestLab.counters(on: client.node, interface: interface)
    let sender = try PacketSocket(in: client.namespace)
    for server in [own, other] {
      for (source, destination) in zip(client.addresses, server.addresses) {
        let receiver = try DatagramSocket(in: server.namespace, isIPv6: source.bytes.count == 16, port: 5999)
        for (number, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]].enumerated() {
          let payload = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* (number + 3)) }
          let datagram = FragmentedDatagram(
            source: source.bytes, destination: destination.bytes, sourcePort: 5999, destinationPort: 5999,
            identification: UInt16(number + 1), payload: payload)
          let pieces = datagram.pieces(size: 1208)
          for index in order { try sender.send(pieces[index]) }
          let isWhole = receiver.receive() == payload
          #expect(isWhole, "\(source) to \(destination), in the order \(order)")
        }
      }
    }
    let counters = try TestLab.counters(on: client.node, interface: interface)
    // By order 0, 3, 2 and 1 of them come before the first; two servers, two families.
    #expect(counters[.fragmentHeld] - before[.fragmentHeld] == 4 * (0 + 3 + 2 + 1))
    #expect(counters[.fragment] == before[.fragment])
  }
}

/// A UDP datagram, and the pieces that a sender may make of it (RFC 791, RFC 8200 section 4.5).
struct FragmentedDatagram {
  /// 4 or 16 bytes, network order.
  let source: [UInt8]
  let destination: [UInt8]
  let sourcePort: UInt16
  let destinationPort: UInt16
  let identification: UInt16
  let payload: [UInt8]

  private var isIPv6: Bool { source.count == 16 }

  private var datagram: [UInt8] {
    let length = UInt16(8 + payload.count)
    var bytes = Self.octets(sourcePort) + Self.octets(destinationPort) + Self.octets(length) + [0, 0] + payload
    let checksum = Self.checksum(source + destination + [0, 17] + Self.octets(length) + bytes)
    bytes.replaceSubrange(6..<8, with: Self.octets(checksum == 0 ? 0xffff : checksum))
    return bytes
  }

  /// `size` bytes of the datagram in each but the last: a multiple of 8.
  func pieces(size: Int) -> [[UInt8]] {
    let datagram = datagram
    return stride(from: 0, to: datagram.count, by: size).map { start in
      let end = min(start + size, datagram.count)
      let part = Array(datagram[start..<end])
      let isLast = end == datagram.count
      return isIPv6 ? ipv6(part, at: start, isLast) : ipv4(part, at: start, isLast)
    }
  }

  private func ipv4(_ part: [UInt8], at offset: Int, _ isLast: Bool) -> [UInt8] {
    let place = UInt16(offset / 8) | (isLast ? 0 : 0x2000)
    var header: [UInt8] =
      [0x45, 0] + Self.octets(UInt16(20 + part.count)) + Self.octets(identification) + Self.octets(place)
      + [64, 17, 0, 0] + source + destination
    header.replaceSubrange(10..<12, with: Self.octets(Self.checksum(header)))
    return header + part
  }

  private func ipv6(_ part: [UInt8], at offset: Int, _ isLast: Bool) -> [UInt8] {
    let place = UInt16(offset) | (isLast ? 0 : 1)
    return [0x60, 0, 0, 0] + Self.octets(UInt16(8 + part.count)) + [44, 64] + source + destination
      + [17, 0] + Self.octets(place) + [0, 0] + Self.octets(identification) + part
  }

  private static func octets(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

  /// RFC 1071.
  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum = 0
    for (index, byte) in bytes.enumerated() { sum += index.isMultiple(of: 2) ? Int(byte) << 8 : Int(byte) }
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    return ~UInt16(sum)
  }
}
