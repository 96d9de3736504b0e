import DataplaneABI
import KernelRuntime

/// What is going on while held fragments are sent; on the stack of who sends.
struct HeldSending {
  var buffer: SocketBuffer
  var now: UInt64
}

extension IPFamily {
  /// Sends the fragments that waited for this first one back into the interface that they came in by, where the flow is known
  /// to them now. False if there are none; otherwise every view ends.
  @inline(never)
  static func sendHeldFragments(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    packet.pointee.heldKey = HeldFragmentKey(packet: packet.pointee.fragmentKey, slot: 0)
    guard heldFragments.lookup(packet.heldKey()) != nil, let scratch = Scratch.current else { return false }
    let first = withUnsafeMutablePointer(to: &scratch.pointee.fragment) { $0 }
    let length = buffer.length
    guard length <= HeldFragment.longest, buffer.read(length, into: bytes(of: first)) else { return false }
    var sending = HeldSending(buffer: buffer, now: packet.pointee.now)
    withUnsafeMutablePointer(to: &sending) {
      Kernel.loop(HeldFragmentKey<Address>.slots, sendHeldFragment, UnsafeMutableRawPointer($0))
    }
    _ = buffer.resize(length) && buffer.write(length, from: bytes(of: first))
    return true
  }

  /// One turn. The table may have given up any of them, so all places are looked at.
  @inline(__always)
  static func sendHeld(_ slot: UInt32, _ sending: UnsafeMutablePointer<HeldSending>) -> Int {
    guard let scratch = Scratch.current else { return 1 }
    let packet = scratchPacket(scratch)
    packet.pointee.heldKey.slot = slot
    guard let fragment = heldFragments.lookup(packet.heldKey()) else { return 0 }
    let (buffer, length) = (sending.pointee.buffer, fragment.pointee.length)
    if !fragment.pointee.isForgotten(sending.pointee.now), buffer.resize(length),
      buffer.write(length, from: bytes(of: fragment))
    {
      buffer.sendCopy(into: packet.pointee.interfaceIndex)
    }
    heldFragments.delete(packet.heldKey())
    return 0
  }
}
