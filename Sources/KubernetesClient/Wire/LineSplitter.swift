import Glibc
import NIOCore

/// Cuts a stream of chunks into lines, however the chunks fall. A line that has no end yet stays inside.
struct LineSplitter {
  /// The longest line that is taken, in bytes.
  let limit: Int
  private var buffer = ByteBuffer()
  /// How many unread bytes are known to hold no line end, so that no byte is searched twice.
  private var searched = 0

  /// The stream has a line longer than the limit.
  struct LineTooLong: Error {}

  /// An event holds one object, and etcd takes none above 1.5 MiB unless told to.
  init(limit: Int = 16 << 20) { self.limit = limit }

  /// Whether the stream stopped inside a line.
  var hasPartialLine: Bool { buffer.readableBytes > 0 }

  mutating func append(_ chunk: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = chunk
      searched = 0
    } else {
      buffer.discardReadBytes()
      buffer.writeImmutableBuffer(chunk)
    }
  }

  /// The next line that is complete and not empty, without its end ("\n" or "\r\n"); nil when there is none yet.
  mutating func next() throws(LineTooLong) -> ByteBuffer? {
    while let length = lengthOfNextLine() {
      guard length <= limit else { throw LineTooLong() }
      searched = 0
      guard var line = buffer.readSlice(length: length) else { return nil }
      buffer.moveReaderIndex(forwardBy: 1)
      if line.readableBytesView.last == UInt8(ascii: "\r") { line.moveWriterIndex(to: line.writerIndex - 1) }
      if line.readableBytes > 0 { return line }
    }
    guard buffer.readableBytes <= limit else { throw LineTooLong() }
    return nil
  }

  private mutating func lengthOfNextLine() -> Int? {
    let found = buffer.withUnsafeReadableBytes { [searched] bytes -> Int? in
      guard let base = bytes.baseAddress, bytes.count > searched else { return nil }
      guard let end = memchr(base + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched) else { return nil }
      return UnsafeRawPointer(end) - base
    }
    if found == nil { searched = buffer.readableBytes }
    return found
  }
}
