import Foundation
import Netlink

@testable import Lab

/// An ICMP error as it came to a pod.
struct SeenError: Equatable, CustomStringConvertible {
  enum Kind { case tooBig, timeExceeded }

  let kind: Kind
  /// What the way takes, for `.tooBig`; else 0.
  let mtu: UInt32
  let sender: InetAddress
  /// The packet that it is about, by its headers.
  let quoted: QuotedPacket

  var description: String { "\(kind) \(mtu) from \(sender) about \(quoted)" }
}

/// The headers of a packet, as far as an error quotes them.
struct QuotedPacket: Equatable, CustomStringConvertible {
  let proto: UInt8
  let source: InetAddress
  let sourcePort: UInt16
  let destination: InetAddress
  let destinationPort: UInt16

  var description: String {
    "protocol \(proto) from \(source) port \(sourcePort) to \(destination) port \(destinationPort)"
  }
}

/// Sees the ICMP errors that come to a pod.
final class ErrorTap {
  private let descriptor: Int32

  init(in namespace: String) throws {
    // ETH_P_ALL, in network order; packets begin with their IP header.
    descriptor = try NetworkNamespace(named: namespace).socket(
      domain: AF_PACKET, type: Int32(SOCK_DGRAM.rawValue), protocol: Int32(UInt16(3).bigEndian))
    var timeout = timeval(tv_sec: 0, tv_usec: 50_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// The next error; nil if none comes in time.
  func next(within limit: Duration = .seconds(1)) -> SeenError? {
    let deadline = ContinuousClock.now + limit
    var bytes = [UInt8](repeating: 0, count: 2048)
    while ContinuousClock.now < deadline {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else { continue }
      if let error = SeenError(IPPacket(bytes[..<count])) { return error }
    }
    return nil
  }
}

/// An IP packet's parts; IPv6 without extension headers.
private struct IPPacket {
  let source: InetAddress
  let destination: InetAddress
  let proto: UInt8
  let payload: [UInt8]

  init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard let first = bytes.first else { return nil }
    let (length, addresses) = first >> 4 == 4 ? (Int(first & 0xf) * 4, 12..<20) : (40, 8..<40)
    guard bytes.count >= length, length >= 20 else { return nil }
    let half = addresses.count / 2
    guard let source = InetAddress(bytes: bytes[addresses].prefix(half)),
      let destination = InetAddress(bytes: bytes[addresses].suffix(half))
    else { return nil }
    (self.source, self.destination) = (source, destination)
    proto = bytes[first >> 4 == 4 ? 9 : 6]
    payload = Array(bytes[length...])
  }
}

extension SeenError {
  fileprivate init?(_ packet: IPPacket?) {
    guard let packet, packet.payload.count >= 8, let quote = IPPacket(packet.payload[8...]), quote.payload.count >= 8
    else { return nil }
    switch (packet.proto, packet.payload[0], packet.payload[1]) {
    case (1, 3, 4), (58, 2, 0): kind = .tooBig
    case (1, 11, 0), (58, 3, 0): kind = .timeExceeded
    default: return nil
    }
    // RFC 1191 has 16 bits of it, RFC 4443 32; the others are 0.
    mtu = packet.payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
    sender = packet.source
    func port(_ place: Int) -> UInt16 { UInt16(quote.payload[place]) << 8 | UInt16(quote.payload[place + 1]) }
    quoted = QuotedPacket(
      proto: quote.proto, source: quote.source, sourcePort: port(0), destination: quote.destination,
      destinationPort: port(2))
  }
}
