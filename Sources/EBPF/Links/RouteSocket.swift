import Glibc

/// The little of rtnetlink(7) that clsact needs: one request, one acknowledgement.
final class RouteSocket: Sendable {
  /// A refusal, with the kernel's own words where it has some.
  struct Failure: Error, Sendable {
    let errno: Errno
    let message: String?
  }

  private let descriptor: Descriptor

  static let newQdisc: UInt16 = 36
  static let newFilter: UInt16 = 44
  static let deleteFilter: UInt16 = 45
  /// NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE
  static let replace: UInt16 = 0x100
  static let exclusive: UInt16 = 0x200
  static let create: UInt16 = 0x400

  init() throws(KernelError) {
    let socket = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw KernelError("open", "rtnetlink socket", errno: .current) }
    descriptor = Descriptor(owning: socket)
    var enabled: Int32 = 1
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    let size = socklen_t(MemoryLayout<Int32>.size)
    // SOL_NETLINK: NETLINK_CAP_ACK and NETLINK_EXT_ACK, the kernel's sentence in refusals.
    setsockopt(socket, 270, 10, &enabled, size)
    setsockopt(socket, 270, 11, &enabled, size)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Sends one request and waits for its acknowledgement; nil is success.
  func request(_ type: UInt16, flags: UInt16, _ body: [UInt8]) throws(KernelError) -> Failure? {
    // NLM_F_REQUEST | NLM_F_ACK
    let message =
      RouteSocket.bytes(UInt32(16 + body.count)) + RouteSocket.bytes(type) + RouteSocket.bytes(flags | 0x5)
      + RouteSocket.bytes(UInt32(1)) + RouteSocket.bytes(UInt32(0)) + body
    guard send(descriptor.rawValue, message, message.count, 0) == message.count else {
      throw KernelError("send to", "rtnetlink", errno: .current)
    }
    var answer = [UInt8](repeating: 0, count: 8192)
    let count = recv(descriptor.rawValue, &answer, answer.count, 0)
    guard count >= 20 else { throw KernelError("hear from", "rtnetlink", errno: .current) }
    return RouteSocket.acknowledgement(Array(answer[..<count]))
  }

  /// The outcome in an NLMSG_ERROR message (`struct nlmsgerr`, then NLMSGERR_ATTR_MSG).
  static func acknowledgement(_ message: [UInt8]) -> Failure? {
    let code = message.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
    guard code != 0 else { return nil }
    var text: String?
    var offset = 36
    while offset + 4 <= message.count {
      let (length, type) = message.withUnsafeBytes {
        (
          Int($0.loadUnaligned(fromByteOffset: offset, as: UInt16.self)),
          $0.loadUnaligned(fromByteOffset: offset + 2, as: UInt16.self)
        )
      }
      guard length >= 4, offset + length <= message.count else { break }
      if type == 1 {
        text = String(decoding: message[offset + 4..<offset + length].prefix { $0 != 0 }, as: UTF8.self)
      }
      offset += (length + 3) & ~3
    }
    return Failure(errno: Errno(rawValue: 0 &- code), message: text)
  }

  /// `struct tcmsg` (linux/rtnetlink.h).
  static func trafficControl(interface: UInt32, handle: UInt32, parent: UInt32, info: UInt32) -> [UInt8] {
    bytes(UInt32(0)) + bytes(interface) + bytes(handle) + bytes(parent) + bytes(info)
  }

  static func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    return bytes(UInt16(4 + payload.count)) + bytes(type) + payload + padding
  }

  static func attribute(_ type: UInt16, _ text: String) -> [UInt8] { attribute(type, Array(text.utf8) + [0]) }
  static func attribute(_ type: UInt16, _ number: Int32) -> [UInt8] { attribute(type, bytes(number)) }

  private static func bytes<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }
}
