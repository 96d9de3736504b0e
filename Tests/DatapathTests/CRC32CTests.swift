import Testing

@testable import KernelRuntime

@Suite("Checksums of SCTP")
struct CRC32CTests {
  @Test("ports that change have the sum change as if all bytes were summed anew")
  func change() {
    var chance = Chance(seed: 1)
    let lengths = Array(4...40) + [255, 256, 257, 1024, 4095, 4096, 32_768, 65_535]
    for length in lengths {
      let old = chance.bytes(length)
      let ports = chance.bytes(4)
      let new = ports + old.dropFirst(4)
      let difference = UInt32(littleEndian: word(old) ^ word(ports))
      #expect(
        BitwiseCRC32c.of(old) ^ CRC32C.change(difference, atFrontOf: UInt32(length)) == BitwiseCRC32c.of(new),
        "\(length)")
    }
  }

  @Test("a sum advances by four bytes at once")
  func advance() {
    var chance = Chance(seed: 2)
    for _ in 0..<100 {
      let bytes = chance.bytes(8)
      let first = CRC32C.advance(.max ^ UInt32(littleEndian: word(bytes)))
      #expect(~CRC32C.advance(first ^ UInt32(littleEndian: word(Array(bytes[4...])))) == BitwiseCRC32c.of(bytes))
    }
  }

  private func word(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) } }
}
