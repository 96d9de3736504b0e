/// A snapshot of where a packet's linear bytes begin and end.
///
/// Taking one costs two loads; every access through it costs one comparison. Any call that may move the packet (a pull, a
/// checksum helper) ends its life: take a new one.
public struct PacketView {
  public let start: UnsafeMutableRawPointer
  public let end: UnsafeMutableRawPointer

  @inline(__always) public init(start: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer) {
    self.start = start
    self.end = end
  }

  /// Whether the first `length` bytes are there.
  @inline(__always) public func has(_ length: Int) -> Bool { start + length <= end }

  /// The header at `offset`, or nil if it reaches past the end.
  @inline(__always) public func at<Header>(_ offset: Int, as type: Header.Type = Header.self)
    -> UnsafeMutablePointer<Header>?
  {
    guard start + (offset &+ MemoryLayout<Header>.size) <= end else { return nil }
    return (start + offset).assumingMemoryBound(to: type)
  }
}
