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

  /// The furthest that `at(variable:)` reaches.
  @inline(__always) public static var furthest: UInt32 { 0x1ff }

  /// The header at an offset that is known only as programs run, at most `furthest`; nil if it reaches past the end.
  ///
  /// The place is worked out once and stays opaque: from two computations of it the verifier would not learn that what was
  /// compared with the end is what is read.
  @inline(__always) public func at<Header>(variable offset: UInt32, as type: Header.Type = Header.self)
    -> UnsafeMutablePointer<Header>?
  {
    let place = opaquePlace(start, offset & Self.furthest)
    guard place + MemoryLayout<Header>.size <= end else { return nil }
    return place.assumingMemoryBound(to: type)
  }

  /// The header at `offset`, or nil if it reaches past the end.
  @inline(__always) public func at<Header>(_ offset: Int, as type: Header.Type = Header.self)
    -> UnsafeMutablePointer<Header>?
  {
    guard start + (offset &+ MemoryLayout<Header>.size) <= end else { return nil }
    return (start + offset).assumingMemoryBound(to: type)
  }
}
