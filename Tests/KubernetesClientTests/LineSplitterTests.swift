import NIOCore
import Testing

@testable import KubernetesClient

@Suite("Lines, however the chunks fall")
struct LineSplitterTests {
  private func lines(_ chunks: [String], limit: Int = 1000) throws -> [String] {
    var splitter = LineSplitter(limit: limit)
    var lines: [String] = []
    for chunk in chunks {
      splitter.append(ByteBuffer(string: chunk))
      while let line = try splitter.next() { lines.append(String(buffer: line)) }
    }
    return lines
  }

  @Test("whole, halved, joined, empty, with carriage returns")
  func cases() throws {
    #expect(try lines(["a\n"]) == ["a"])
    #expect(try lines(["a", "b", "\n"]) == ["ab"])
    #expect(try lines(["a\nb\nc"]) == ["a", "b"])
    #expect(try lines(["\n\n", "a\n\n\nb\n"]) == ["a", "b"])
    #expect(try lines(["a\r", "\nb\r\n\r\n"]) == ["a", "b"])
    #expect(try lines(["", "a\n", ""]) == ["a"])
    #expect(try lines(["ä", "\n"]) == ["ä"])
  }

  @Test("random texts in random chunks give the lines of the text", arguments: 0..<200)
  func random(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let wanted = (0..<50).map { _ in
      String(repeating: "xyz\"{é}", count: Int.random(in: 1...20, using: &random))
    }
    var bytes = Array(wanted.map { $0 + "\n" }.joined().utf8)
    var splitter = LineSplitter(limit: 1000)
    var got: [String] = []
    while !bytes.isEmpty {
      let count = min(bytes.count, Int.random(in: 1...90, using: &random))
      splitter.append(ByteBuffer(bytes: bytes.prefix(count)))
      bytes.removeFirst(count)
      // Sometimes several chunks come before a line is asked for.
      guard Bool.random(using: &random) || bytes.isEmpty else { continue }
      while let line = try splitter.next() { got.append(String(buffer: line)) }
    }
    #expect(got == wanted)
    #expect(!splitter.hasPartialLine)
  }

  @Test("a line beyond the limit is an error, complete or not")
  func tooLong() throws {
    #expect(throws: LineSplitter.LineTooLong.self) { try lines(["123456\n"], limit: 5) }
    #expect(throws: LineSplitter.LineTooLong.self) { try lines(["123", "456"], limit: 5) }
    #expect(try lines(["12345\n12345\n"], limit: 5) == ["12345", "12345"])
  }

  @Test("a stream that stops inside a line is known to")
  func partial() throws {
    var splitter = LineSplitter()
    splitter.append(ByteBuffer(string: "a\nb"))
    _ = try splitter.next()
    #expect(try splitter.next() == nil)
    #expect(splitter.hasPartialLine)
  }
}
