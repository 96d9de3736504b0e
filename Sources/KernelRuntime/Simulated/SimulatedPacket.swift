/// Who has computed, or will compute, a packet's transport checksum (`skb->ip_summed`, linux/skbuff.h).
public enum ChecksumState: Equatable, Sendable {
  /// The field in the packet is complete (CHECKSUM_NONE, CHECKSUM_UNNECESSARY).
  case none
  /// The field holds the pseudo header's sum; the device adds the rest (CHECKSUM_PARTIAL).
  case partial
}

/// What a tc program is handed.
public typealias ProgramContext = SimulatedPacket

/// A packet as the kernel hands it to a program.
///
/// The bytes begin two past a word, as drivers place them (NET_IP_ALIGN), and move to fresh memory whenever the kernel may
/// move them; the old place is overwritten, so that a program that uses a stale view reads rubbish.
public final class SimulatedPacket {
  public var interfaceIndex: UInt32
  public var mark: UInt32 = 0
  public var hasVLANTag = false
  /// The interface that it came in by; 0 if it was made here.
  public var arrivalInterface: UInt32 = 0
  /// Payload bytes of each packet that this one stands for; 0 if it stands for itself.
  public var segmentSize: UInt32 = 0
  /// Whether the kernel knows these packets for TCP's; headers are put before and taken off no others.
  public var segmentsAreTCP = true
  public var checksumState = ChecksumState.none
  /// The sum of everything after the Ethernet header, as receiving hardware gives it (CHECKSUM_COMPLETE), not folded; nil if it gave
  /// none. It has to stay that of the bytes.
  public internal(set) var wholeSum: UInt64?
  /// Makes the packet impossible to write to, as when the kernel finds no memory to copy a shared one.
  public var refusesWriting = false
  /// Whether the kernel takes it for a packet with a tunnel (`skb->encapsulation`): from when such headers are put before it, until a real
  /// cable carries it. A virtual one keeps the mark, and so does taking the headers off.
  public var isEncapsulated = false
  /// Bytes that direct access reaches; the rest is in pages until it is pulled.
  public private(set) var linearLength: Int
  public private(set) var length: Int
  /// Big-endian Ethernet type, as `eth_type_trans` takes it from the frame.
  public let etherType: UInt16
  private var memory: UnsafeMutableRawPointer
  private var stale: [UnsafeMutableRawPointer] = []

  private static let alignment = 2
  /// `bpf_skb_adjust_room` takes 12 bits.
  static let mostRoom = 0xfff

  /// A packet of these bytes, Ethernet header first if it has one; `linearLength` of them linear, all by default.
  ///
  /// - Parameter etherType: big-endian, of a packet that has no Ethernet header.
  public init(_ bytes: [UInt8], interfaceIndex: UInt32, linearLength: Int? = nil, etherType: UInt16? = nil) {
    self.interfaceIndex = interfaceIndex
    self.linearLength = min(linearLength ?? bytes.count, bytes.count)
    length = bytes.count
    memory = .allocate(byteCount: bytes.count + Self.alignment, alignment: 16)
    memory.copyMemory(from: [UInt8](repeating: 0, count: Self.alignment), byteCount: Self.alignment)
    (memory + Self.alignment).copyMemory(from: bytes, byteCount: bytes.count)
    self.etherType = etherType ?? (bytes.count >= 14 ? UInt16(bytes[12]) | UInt16(bytes[13]) << 8 : 0)
  }

  deinit {
    memory.deallocate()
    for place in stale { place.deallocate() }
  }

  /// Has the hardware give the sum of the whole packet.
  public func sumUp() { wholeSum = trueSum }

  /// Whether the sum of the whole packet, if there is one, is that of its bytes (RFC 1071).
  public var isWholeSumTrue: Bool { wholeSum.map { $0 % 0xffff == trueSum % 0xffff } ?? true }

  private var trueSum: UInt64 { Self.sum(Array(bytes.dropFirst(14))) }

  private static func sum(_ bytes: [UInt8]) -> UInt64 {
    bytes.enumerated().reduce(0) { $0 + (UInt64($1.element) << ($1.offset.isMultiple(of: 2) ? 0 : 8)) }
  }

  public var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: start, count: length)) }

  var start: UnsafeMutableRawPointer { memory + Self.alignment }
  var end: UnsafeMutableRawPointer { start + linearLength }

  /// `__bpf_skb_change_tail` in net/core/filter.c: everything at a new place, all of it linear.
  func resize(_ count: Int) -> Bool {
    guard count >= 14, !isEncapsulated, makeWritable(length) else { return false }
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: count + Self.alignment, alignment: 16)
    fresh.initializeMemory(as: UInt8.self, repeating: 0, count: count + Self.alignment)
    fresh.copyMemory(from: memory, byteCount: min(count, length) + Self.alignment)
    stale.append(memory)
    memory = fresh
    length = count
    linearLength = count
    segmentSize = 0
    return true
  }

  func prepend(_ count: Int) -> Bool {
    guard makeWritable(length) else { return false }
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: count + length + Self.alignment, alignment: 16)
    fresh.initializeMemory(as: UInt8.self, repeating: 0, count: count + Self.alignment)
    (fresh + Self.alignment + count).copyMemory(from: start, byteCount: length)
    stale.append(memory)
    memory = fresh
    length += count
    linearLength += count
    return true
  }

  /// `bpf_skb_net_grow` in net/core/filter.c: `count` zeroes after the link header.
  func makeRoom(_ count: Int, isTunnel: Bool) -> Bool {
    guard !refusesWriting, count <= Self.mostRoom, segmentSize == 0 || segmentsAreTCP, !(isTunnel && isEncapsulated)
    else { return false }
    if isTunnel { isEncapsulated = true }
    rearrange(length + count) { fresh in
      fresh.copyMemory(from: start, byteCount: 14)
      (fresh + 14 + count).copyMemory(from: start + 14, byteCount: length - 14)
    }
    linearLength += count
    return true
  }

  /// `bpf_skb_net_shrink`: no less than an IP header stays.
  func closeRoom(_ count: Int) -> Bool {
    guard !refusesWriting, count <= Self.mostRoom, segmentSize == 0 || segmentsAreTCP,
      length - 14 - count >= (etherType == 0xdd86 ? 40 : 20)
    else { return false }
    let removed = Array(UnsafeRawBufferPointer(start: start + 14, count: count))
    rearrange(length - count) { fresh in
      fresh.copyMemory(from: start, byteCount: 14)
      (fresh + 14).copyMemory(from: start + 14 + count, byteCount: length - 14 - count)
    }
    linearLength = max(linearLength - count, 14)
    wholeSum = wholeSum.map { $0 + 0xffff_ffff_0000 - Self.sum(removed) % 0xffff }
    return true
  }

  /// Everything at a new place, `count` bytes long, that `fill` writes.
  private func rearrange(_ count: Int, _ fill: (UnsafeMutableRawPointer) -> Void) {
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: count + Self.alignment, alignment: 16)
    fresh.initializeMemory(as: UInt8.self, repeating: 0, count: count + Self.alignment)
    fill(fresh + Self.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: length + Self.alignment)
    stale.append(memory)
    memory = fresh
    length = count
  }

  /// Pages are read as well; here they lie behind the linear part.
  func read(_ count: Int, into place: UnsafeMutableRawPointer) -> Bool {
    guard count <= length else { return false }
    place.copyMemory(from: start, byteCount: count)
    return true
  }

  /// `bpf_try_make_writable`: the first `count` bytes linear and our own, everything at a new place.
  func makeWritable(_ count: Int) -> Bool {
    guard count <= length, !refusesWriting else { return false }
    linearLength = max(linearLength, count)
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: length + Self.alignment, alignment: 16)
    fresh.copyMemory(from: memory, byteCount: length + Self.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: length + Self.alignment)
    stale.append(memory)
    memory = fresh
    return true
  }
}
