import Glibc
import Netlink

/// A tun device: what is written to it comes in at its interface, and what leaves by that can be read. Its packets begin with
/// their IP header. It is gone with its last reference.
final class TunnelDevice: Sendable {
  private let descriptor: Int32

  static let isThere = access("/dev/net/tun", R_OK | W_OK) == 0

  /// Makes the device in a namespace, under a name of at most 15 bytes.
  init(_ name: String, in namespace: NetworkNamespace) throws {
    descriptor = try namespace.run { () -> Int32 in
      let descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC)
      // struct ifreq: the name, then flags, IFF_TUN and IFF_NO_PI.
      var request = [UInt8](repeating: 0, count: 40)
      for (index, byte) in name.utf8.prefix(15).enumerated() { request[index] = byte }
      (request[16], request[17]) = (0x01, 0x10)
      let setInterface: UInt = 0x4004_54ca
      guard descriptor >= 0, ioctl(descriptor, setInterface, &request) == 0 else {
        throw PodSocket.Failure(call: "make a tun device", code: errno)
      }
      return descriptor
    }
  }

  deinit { close(descriptor) }

  func write(_ packet: [UInt8]) throws {
    guard Glibc.write(descriptor, packet, packet.count) == packet.count else {
      throw PodSocket.Failure(call: "write to a tun device", code: errno)
    }
  }

  /// The next packet that `isWanted`, within two seconds.
  func read(_ isWanted: ([UInt8]) -> Bool) throws -> [UInt8] {
    for _ in 0..<20 {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 100) > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = Glibc.read(descriptor, &bytes, bytes.count)
      guard count > 0 else { continue }
      let packet = Array(bytes[..<count])
      if isWanted(packet) { return packet }
    }
    throw PodSocket.Failure(call: "read from a tun device", code: ETIMEDOUT)
  }
}
