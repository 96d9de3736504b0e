import UAPI

/// The kernel's helper functions by number (enum bpf_func_id in linux/bpf.h). Each is one call instruction.
enum Helper {
  @inline(__always) private static func number<Function>(_ id: Int, as: Function.Type = Function.self) -> Function {
    unsafeBitCast(id, to: Function.self)
  }

  typealias Raw = UnsafeMutableRawPointer

  @inline(__always) static func lookup(_ map: Raw, _ key: UnsafeRawPointer) -> Raw? {
    (number(1) as @convention(c) (Raw, UnsafeRawPointer) -> Raw?)(map, key)
  }
  @inline(__always)
  static func update(_ map: Raw, _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, _ flags: UInt64) -> Int {
    (number(2) as @convention(c) (Raw, UnsafeRawPointer, UnsafeRawPointer, UInt64) -> Int)(map, key, value, flags)
  }
  @inline(__always) static func delete(_ map: Raw, _ key: UnsafeRawPointer) -> Int {
    (number(3) as @convention(c) (Raw, UnsafeRawPointer) -> Int)(map, key)
  }
  @inline(__always) static func ktimeGetNanoseconds() -> UInt64 { (number(5) as @convention(c) () -> UInt64)() }
  /// Linux 5.11.
  @inline(__always) static func ktimeGetCoarseNanoseconds() -> UInt64 {
    (number(160) as @convention(c) () -> UInt64)()
  }
  @inline(__always) static func getPrandomU32() -> UInt32 { (number(7) as @convention(c) () -> UInt32)() }
  @inline(__always)
  static func l4ChecksumReplace(_ skb: Raw, _ offset: UInt32, _ from: UInt64, _ to: UInt64, _ flags: UInt64) -> Int {
    (number(11) as @convention(c) (Raw, UInt32, UInt64, UInt64, UInt64) -> Int)(skb, offset, from, to, flags)
  }
  /// With BPF_F_RECOMPUTE_CSUM: a whole-packet sum (CHECKSUM_COMPLETE) stays that of the bytes.
  @inline(__always)
  static func skbStoreBytes(_ skb: Raw, _ offset: UInt32, _ from: UnsafeRawPointer, _ length: UInt32) -> Int {
    (number(9) as @convention(c) (Raw, UInt32, UnsafeRawPointer, UInt32, UInt64) -> Int)(skb, offset, from, length, 1)
  }
  @discardableResult
  @inline(__always) static func csumUpdate(_ skb: Raw, _ difference: UInt32) -> Int {
    (number(40) as @convention(c) (Raw, UInt32) -> Int)(skb, difference)
  }
  @inline(__always)
  static func skbLoadBytes(_ skb: Raw, _ offset: UInt32, _ to: Raw, _ length: UInt32) -> Int {
    (number(26) as @convention(c) (Raw, UInt32, Raw, UInt32) -> Int)(skb, offset, to, length)
  }
  @inline(__always) static func tailCall(_ context: Raw, _ programs: Raw, _ slot: UInt32) -> Int {
    (number(12) as @convention(c) (Raw, Raw, UInt32) -> Int)(context, programs, slot)
  }
  @discardableResult
  @inline(__always) static func cloneRedirect(_ skb: Raw, _ interfaceIndex: UInt32, _ flags: UInt64) -> Int {
    (number(13) as @convention(c) (Raw, UInt32, UInt64) -> Int)(skb, interfaceIndex, flags)
  }
  /// Looks a socket up as the stack would for a packet of that tuple (`struct bpf_sock_tuple`).
  @inline(__always)
  static func lookUpTCPSocket(_ context: Raw, _ tuple: UnsafeRawPointer, _ size: UInt32, _ netns: UInt64) -> Raw? {
    (number(84) as @convention(c) (Raw, UnsafeRawPointer, UInt32, UInt64, UInt64) -> Raw?)(
      context, tuple, size, netns, 0)
  }
  @inline(__always)
  static func lookUpUDPSocket(_ context: Raw, _ tuple: UnsafeRawPointer, _ size: UInt32, _ netns: UInt64) -> Raw? {
    (number(85) as @convention(c) (Raw, UnsafeRawPointer, UInt32, UInt64, UInt64) -> Raw?)(
      context, tuple, size, netns, 0)
  }
  @discardableResult
  @inline(__always) static func release(_ socket: Raw) -> Int {
    (number(86) as @convention(c) (Raw) -> Int)(socket)
  }
  /// Linux 5.17.
  @inline(__always) static func loop(_ count: UInt32, _ body: LoopBody, _ state: Raw) -> Int {
    (number(181) as @convention(c) (UInt32, LoopBody, Raw, UInt64) -> Int)(count, body, state, 0)
  }
  @inline(__always) static func redirect(_ interfaceIndex: UInt32, _ flags: UInt64) -> Int {
    (number(23) as @convention(c) (UInt32, UInt64) -> Int)(interfaceIndex, flags)
  }
  @inline(__always) static func skbChangeTail(_ skb: Raw, _ length: UInt32) -> Int {
    (number(38) as @convention(c) (Raw, UInt32, UInt64) -> Int)(skb, length, 0)
  }
  @inline(__always) static func skbChangeHead(_ skb: Raw, _ length: UInt32) -> Int {
    (number(43) as @convention(c) (Raw, UInt32, UInt64) -> Int)(skb, length, 0)
  }
  @inline(__always) static func skbAdjustRoom(_ skb: Raw, _ difference: Int32, _ mode: UInt32, _ flags: UInt64) -> Int {
    (number(50) as @convention(c) (Raw, Int32, UInt32, UInt64) -> Int)(skb, difference, mode, flags)
  }
  @inline(__always) static func skbPullData(_ skb: Raw, _ length: UInt32) -> Int {
    (number(39) as @convention(c) (Raw, UInt32) -> Int)(skb, length)
  }
  @inline(__always) static func socketCookie(_ context: Raw) -> UInt64 {
    (number(46) as @convention(c) (Raw) -> UInt64)(context)
  }
  /// Linux 5.7.
  @inline(__always) static func namespaceCookie(_ context: Raw) -> UInt64 {
    (number(122) as @convention(c) (Raw) -> UInt64)(context)
  }
  /// Linux 5.18.
  @discardableResult
  @inline(__always) static func setReturnValue(_ value: Int32) -> Int {
    (number(187) as @convention(c) (Int32) -> Int)(value)
  }
  /// Linux 5.13. The kernel wants a number of flags, 0, as the last argument.
  @inline(__always) static func forEachMapElement(_ map: Raw, _ visitor: MapVisitor) -> Int {
    (number(164) as @convention(c) (Raw, MapVisitor, Raw?, UInt64) -> Int)(map, visitor, nil, 0)
  }
  @inline(__always)
  static func redirectNeigh(_ interfaceIndex: UInt32, _ parameters: UnsafeRawPointer, _ length: Int32) -> Int {
    (number(152) as @convention(c) (UInt32, UnsafeRawPointer, Int32, UInt64) -> Int)(
      interfaceIndex, parameters, length, 0)
  }
  @inline(__always)
  static func fibLookup(_ context: Raw, _ parameters: Raw, _ length: Int32, _ flags: UInt32) -> Int {
    (number(69) as @convention(c) (Raw, Raw, Int32, UInt32) -> Int)(context, parameters, length, flags)
  }
  @inline(__always) static func redirectPeer(_ interfaceIndex: UInt32) -> Int {
    (number(155) as @convention(c) (UInt32, UInt64) -> Int)(interfaceIndex, 0)
  }
}
