/// Bob Jenkins' hash of 32-bit words (`hashword` of lookup3), begun with Calico's number.
struct WordHash {
  private var a: UInt32
  private var b: UInt32
  private var c: UInt32

  /// - Parameter words: how many are going to be hashed.
  @inline(__always) init(words: UInt32) {
    a = 0xdead_beef &+ words &* 4 &+ 0x00ca_71c0
    b = a
    c = a
  }

  /// Takes in three words that are not the last.
  @inline(__always) mutating func mix(_ first: UInt32, _ second: UInt32, _ third: UInt32) {
    a &+= first
    b &+= second
    c &+= third
    Self.mix(&a, &c, b, 4)
    Self.mix(&b, &a, c, 6)
    Self.mix(&c, &b, a, 8)
    Self.mix(&a, &c, b, 16)
    Self.mix(&b, &a, c, 19)
    Self.mix(&c, &b, a, 4)
  }

  /// Takes in the last two words.
  @inline(__always) mutating func finish(_ first: UInt32, _ second: UInt32) -> UInt32 {
    a &+= first
    b &+= second
    Self.finish(&c, b, 14)
    Self.finish(&a, c, 11)
    Self.finish(&b, a, 25)
    Self.finish(&c, b, 16)
    Self.finish(&a, c, 4)
    Self.finish(&b, a, 14)
    Self.finish(&c, b, 24)
    return c
  }

  @inline(__always)
  private static func mix(_ target: inout UInt32, _ other: inout UInt32, _ third: UInt32, _ count: UInt32) {
    target = (target &- other) ^ rotated(other, count)
    other &+= third
  }

  @inline(__always) private static func finish(_ target: inout UInt32, _ other: UInt32, _ count: UInt32) {
    target = (target ^ other) &- rotated(other, count)
  }

  @inline(__always) private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &<< count | word &>> (32 &- count)
  }
}
