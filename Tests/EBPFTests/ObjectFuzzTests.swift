import DatapathPrograms
import Testing

@testable import EBPF

/// Whatever the bytes, parsing gives a spec or an error. A trap would end the test process.
@Suite("Broken object files")
struct ObjectFuzzTests {
  @Test("Every truncation of an object gives a spec or an error")
  func truncations() {
    let bytes = SampleObject.bytes
    for count in 0..<bytes.count { _ = try? ObjectSpec(parsing: Array(bytes.prefix(count)), name: "cut") }
    #expect(throws: ObjectError.self) { _ = try ObjectSpec(parsing: Array(bytes.dropLast()), name: "cut") }
  }

  @Test("Every flipped bit of an object gives a spec or an error")
  func flips() {
    let bytes = SampleObject.bytes
    var refused = 0
    for index in bytes.indices {
      var broken = bytes
      for bit in 0..<8 {
        broken[index] = bytes[index] ^ 1 << UInt8(bit)
        if (try? ObjectSpec(parsing: broken, name: "flip")) == nil { refused += 1 }
      }
    }
    #expect(refused > 100)
  }

  @Test("Bytes set to what overflows most: all ones, the sign bit")
  func extremes() {
    let bytes = SampleObject.bytes
    for start in stride(from: 0, to: bytes.count - 8, by: 2) {
      for pattern in [[UInt8](repeating: 0xff, count: 8), [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0, 0, 0, 0, 0x7f]] {
        var broken = bytes
        broken.replaceSubrange(start..<start + pattern.count, with: pattern)
        _ = try? ObjectSpec(parsing: broken, name: "extreme")
      }
    }
  }

  @Test("The datapath itself, broken in a hundred random ways")
  func datapath() throws {
    let bytes = EmbeddedObject.datapath
    #expect(try ObjectSpec(parsing: bytes, name: "datapath").programs.count >= 3)
    // Fixed seed: a failure can be run again.
    var random = SplitMix(state: 0x5eed)
    for _ in 0..<100 {
      var broken = bytes
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        broken[Int.random(in: broken.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { broken.removeLast(Int.random(in: 0..<broken.count, using: &random)) }
      _ = try? ObjectSpec(parsing: broken, name: "broken")
    }
  }
}

/// Steele, Lea and Flood's SplitMix64: small, and the same everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
