import DataplaneABI
import KernelRuntime

// A fragment that comes before the first of its packet cannot be told which flow it belongs to: it has no ports. Its bytes wait
// in a table. When the first has come, they go back to where they came from, in copies of that packet.

/// A search for a place to hold a fragment in.
struct SlotSearch {
  /// 1 once it is held.
  var isDone: UInt32
}

extension HeldFragment {
  /// Nanoseconds that a fragment waits: what hosts wait for the rest of a packet (RFC 1122 section 3.3.2: 60 to 120 s; Linux: 30).
  @inline(__always) static var patience: UInt64 { 30_000_000_000 }

  @inline(__always) func isForgotten(_ now: UInt64) -> Bool { now > seen &+ HeldFragment.patience }
}

extension IPFamily {
  /// Holds a later fragment until the first comes: its buffer is let go. Thrown: it cannot be held, or its flow has
  /// gone.
  @inline(never)
  static func hold(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    guard packet.pointee.fragment == .early, let scratch = Scratch.current else { throw .fragment }
    let fragment = withUnsafeMutablePointer(to: &scratch.pointee.fragment) { $0 }
    let length = buffer.length
    guard length <= HeldFragment.longest, buffer.read(length, into: bytes(of: fragment)) else { throw .fragment }
    fragment.pointee.seen = packet.pointee.now
    fragment.pointee.length = length
    packet.pointee.heldKey.packet = packet.pointee.fragmentKey
    var search = SlotSearch(isDone: 0)
    withUnsafeMutablePointer(to: &search) {
      Kernel.loop(HeldFragmentKey<Address>.slots, holdFragment, UnsafeMutableRawPointer($0))
    }
    guard search.isDone != 0 else { throw .fragment }
    count(.fragmentHeld, packet.pointee.interfaceIndex, .ingress)
    // The first may have come on another CPU, and looked for what waits, before this one did.
    let key = withUnsafeMutablePointer(to: &packet.pointee.fragmentKey) { $0 }
    if fragments.lookup(key) != nil, heldFragments.delete(packet.heldKey()) == .done {
      buffer.sendCopy(into: packet.pointee.interfaceIndex)
    }
    return .drop
  }

  /// One turn: 1 ends the search.
  @inline(__always)
  static func hold(_ slot: UInt32, _ search: UnsafeMutablePointer<SlotSearch>) -> Int {
    guard let scratch = Scratch.current else { return 1 }
    let packet = scratchPacket(scratch)
    packet.pointee.heldKey.slot = slot
    if let other = heldFragments.lookup(packet.heldKey()), !other.pointee.isForgotten(packet.pointee.now) { return 0 }
    let fragment = withUnsafeMutablePointer(to: &scratch.pointee.fragment) { $0 }
    search.pointee.isDone = heldFragments.update(packet.heldKey(), fragment, .any) == .done ? 1 : 0
    return 1
  }

  @inline(__always)
  static func bytes(of fragment: UnsafeMutablePointer<HeldFragment>) -> UnsafeMutableRawPointer {
    withUnsafeMutablePointer(to: &fragment.pointee.bytes) { UnsafeMutableRawPointer($0) }
  }
}
