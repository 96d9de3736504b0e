import Builtin
import DataplaneABI
import UAPI

/// Nothing happens here, but the optimiser cannot know.
@_extern(c, "llvm.bpf.passthrough.i64.i64") func opaque(_ sequence: UInt32, _ value: UInt64) -> UInt64

/// Loads a packet pointer from the context, where it is a 32-bit field.
///
/// Each load stands for itself (relaxed atomic: never merged with another), widens at once and stays opaque. Otherwise two
/// snapshots may be merged as 32-bit numbers, and the verifier no longer takes the result for a packet pointer.
/// (`UnsafeMutableRawPointer(bitPattern:)` is failable; its nil path would reach the verifier as a null packet pointer.)
@inline(__always) func packetPointer(_ field: UnsafeMutablePointer<UInt32>) -> UnsafeMutableRawPointer {
  let loaded = UInt32(Builtin.atomicload_monotonic_Int32(field._rawValue))
  return UnsafeMutableRawPointer(Builtin.inttoptr_Int64(opaque(0, UInt64(loaded))._value))
}

/// `start + offset`, which the optimiser cannot take apart.
@inline(__always) func opaquePlace(_ start: UnsafeMutableRawPointer, _ offset: UInt32) -> UnsafeMutableRawPointer {
  let place = UInt64(UInt(bitPattern: start)) &+ UInt64(offset)
  return UnsafeMutableRawPointer(Builtin.inttoptr_Int64(opaque(1, place)._value))
}

/// What a tc program is handed.
public typealias ProgramContext = UnsafeMutablePointer<__sk_buff>

/// A packet and what the kernel knows about it.
public struct SocketBuffer {
  let context: ProgramContext
  /// The interface whose hook runs. Read once: the optimiser merges loads at the ends of paths into one whose address is
  /// worked out, and the verifier refuses that for a context.
  public let interfaceIndex: UInt32

  @inline(__always) public init(_ context: ProgramContext) {
    self.context = context
    interfaceIndex = context.pointee.ifindex
  }

  /// Bytes from the Ethernet header on, paged ones included.
  public var length: UInt32 { @inline(__always) get { context.pointee.len } }
  /// The Ethernet type; a VLAN tag that was stripped into the buffer's metadata is not seen here.
  public var etherType: BigEndian16 {
    @inline(__always) get { BigEndian16(rawValue: UInt16(truncatingIfNeeded: context.pointee.protocol)) }
  }
  /// The interface that it came in by; 0 if it was made here.
  public var arrivalInterface: UInt32 { @inline(__always) get { context.pointee.ingress_ifindex } }
  public var hasVLANTag: Bool { @inline(__always) get { context.pointee.vlan_present != 0 } }
  /// Whether it stands for several packets (GSO, GRO).
  public var isSegmented: Bool { @inline(__always) get { segmentSize != 0 } }
  /// Payload bytes of each packet that it stands for; 0 if it stands for itself.
  public var segmentSize: UInt32 { @inline(__always) get { context.pointee.gso_size } }
  public var mark: UInt32 {
    @inline(__always) get { context.pointee.mark }
    @inline(__always) nonmutating set { context.pointee.mark = newValue }
  }

  /// A fresh snapshot.
  @inline(__always) public func view() -> PacketView {
    PacketView(
      start: withUnsafeMutablePointer(to: &context.pointee.data) { packetPointer($0) },
      end: withUnsafeMutablePointer(to: &context.pointee.data_end) { packetPointer($0) })
  }

  /// Makes the first `length` bytes linear; all if it is 0. Ends the life of every view.
  @discardableResult
  @inline(__always) public func pull(_ length: UInt32) -> Bool {
    Helper.skbPullData(UnsafeMutableRawPointer(context), length) == 0
  }

  /// Cuts the packet off after `length` bytes, or adds zeroes up to there; all of it becomes linear, and it stands for itself
  /// only. Refused while the kernel takes it for one with a tunnel (`skb->encapsulation`). Ends the life of every view.
  @inline(__always) public func resize(_ length: UInt32) -> Bool {
    Helper.skbChangeTail(UnsafeMutableRawPointer(context), length) == 0
  }

  /// Copies the first `length` bytes, 1 to 2,048, out of the packet; there must be room for 2,048.
  @inline(__always) public func read(_ length: UInt32, into place: UnsafeMutableRawPointer) -> Bool {
    Helper.skbLoadBytes(UnsafeMutableRawPointer(context), 0, place, Self.upTo2048(length)) == 0
  }

  /// Overwrites the first `length` bytes, 1 to 2,048, which must be there. Ends the life of every view.
  @inline(__always) public func write(_ length: UInt32, from place: UnsafeRawPointer) -> Bool {
    Helper.skbStoreBytes(UnsafeMutableRawPointer(context), 0, place, Self.upTo2048(length)) == 0
  }

  /// Has a copy come in at an interface (BPF_F_INGRESS). Ends the life of every view.
  @inline(__always) public func sendCopy(into interfaceIndex: UInt32) {
    Helper.cloneRedirect(UnsafeMutableRawPointer(context), interfaceIndex, 1)
  }

  /// The same number, with bounds that the verifier sees and the optimiser does not.
  @inline(__always) private static func upTo2048(_ length: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (opaque(2, UInt64(length &- 1)) & 2047) &+ 1)
  }

  /// Puts zeroes before the packet, as a link header of a packet that came without one. Ends the life of every view.
  @inline(__always) public func prepend(_ length: UInt32) -> Bool {
    Helper.skbChangeHead(UnsafeMutableRawPointer(context), length) == 0
  }

  /// Adds `difference` to the sum that the transport checksum at `offset` covers, also where the checksum is still to be
  /// completed by the hardware. Ends the life of every view.
  @inline(__always)
  public func adjustL4Checksum(at offset: Int, by difference: UInt16, _ flags: L4ChecksumFlags) -> Bool {
    Helper.l4ChecksumReplace(
      UnsafeMutableRawPointer(context), UInt32(truncatingIfNeeded: offset), 0, UInt64(difference), flags.rawValue) == 0
  }

  /// The most bytes that `makeRoom` and `closeRoom` take at once.
  @inline(__always) public static var mostRoom: UInt32 { 4095 }

  /// Makes room for `length` bytes of headers between the link header and the rest, and tells the kernel what they will be, so
  /// that a buffer that stands for several packets still can be cut into these. Flags that say so are refused while the kernel takes
  /// the packet for one with a tunnel (`skb->encapsulation`). Ends the life of every view.
  @inline(__always) public func makeRoom(_ length: Int32, _ flags: RoomFlags) -> Bool {
    Helper.skbAdjustRoom(UnsafeMutableRawPointer(context), length, 1, flags.rawValue) == 0
  }

  /// Takes `length` bytes out after the link header; of those left, at least an IP header has to be. Ends the life of every view.
  @inline(__always) public func closeRoom(_ length: Int32) -> Bool {
    Helper.skbAdjustRoom(UnsafeMutableRawPointer(context), 0 &- length, 1, RoomFlags.fixedSegments.rawValue) == 0
  }

  /// Adds `difference` to the sum of the whole packet, if the receiving hardware gave one (CHECKSUM_COMPLETE).
  @inline(__always) public func adjustWholeSum(by difference: UInt32) {
    Helper.csumUpdate(UnsafeMutableRawPointer(context), difference)
  }

  /// Asks the host's routing tables as if such a packet had come in, unless `flags` say otherwise.
  @inline(__always)
  public func ask(_ question: UnsafeMutablePointer<RouteQuestion>, _ flags: RouteQuestionFlags) -> RouteAnswer {
    let size = Int32(truncatingIfNeeded: MemoryLayout<RouteQuestion>.size)
    return RouteAnswer(
      rawValue: Helper.fibLookup(
        UnsafeMutableRawPointer(context), UnsafeMutableRawPointer(question), size, flags.rawValue))
  }

  /// Whether a socket of this network namespace would get a packet of that tuple.
  @inline(__always)
  public func hasSocket<Address: IPAddress>(_ proto: UInt8, _ tuple: UnsafePointer<Tuple<Address>>) -> Bool {
    let context = UnsafeMutableRawPointer(context)
    let size = UInt32(truncatingIfNeeded: MemoryLayout<Tuple<Address>>.size)
    // BPF_F_CURRENT_NETNS
    let here = UInt64.max
    let socket =
      proto == IPProtocolNumber.tcp
      ? Helper.lookUpTCPSocket(context, tuple, size, here) : Helper.lookUpUDPSocket(context, tuple, size, here)
    guard let socket else { return false }
    Helper.release(socket)
    return true
  }
}
