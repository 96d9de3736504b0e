import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Cuts a packet off after `length` bytes, or adds some up to there; all that is left is linear. At most 2,048, and more than the
  /// link's and the IP header. Ends the life of every view.
  @inline(__always)
  static func cutShort(_ buffer: SocketBuffer, _ length: UInt32) -> Bool {
    buffer.resize(length) || moveFront(buffer, length)
  }

  /// The same where the kernel leaves a packet's end alone, since it is marked as one with a tunnel (`skb->encapsulation`). Virtual cables
  /// keep that mark when the tunnel's headers are long gone. But bytes may go, or come, behind the link header: then the first ones are
  /// written anew. A buffer of several packets would still stand for them, so it is refused; its sender sends single ones when it hears
  /// nothing.
  @inline(never)
  private static func moveFront(_ buffer: SocketBuffer, _ length: UInt32) -> Bool {
    guard !buffer.isSegmented, let scratch = Scratch.current else { return false }
    let front = bytes(of: withUnsafeMutablePointer(to: &scratch.pointee.fragment) { $0 })
    let before = buffer.length
    let kept = before < length ? before : length
    guard buffer.read(kept, into: front), setLength(buffer, from: before, to: length) else { return false }
    // Writing makes the kernel forget a checksum that was still to be made, if its place is no longer in the packet.
    return buffer.write(kept, from: front) && buffer.pull(length)
  }

  /// Bytes behind the link header come or go: 12,285 at most.
  @inline(__always)
  private static func setLength(_ buffer: SocketBuffer, from before: UInt32, to length: UInt32) -> Bool {
    if before < length {
      return buffer.makeRoom(Int32(truncatingIfNeeded: length &- before), .fixedSegments)
    }
    var excess = before &- length
    var turn = 0
    while excess != 0, turn < 3 {
      let part = excess > SocketBuffer.mostRoom ? SocketBuffer.mostRoom : excess
      guard buffer.closeRoom(Int32(truncatingIfNeeded: part)) else { return false }
      excess &-= part
      turn &+= 1
    }
    return excess == 0
  }
}
