/// Where the kernel puts keys: `jhash2` of linux/jhash.h, as kernel/bpf/hashtab.c uses it for tables made with BPF_F_ZERO_SEED.
enum KernelHash {
  /// The bucket of `key`, whose length is a multiple of 4, in a table for `maxEntries`.
  static func bucket(_ key: [UInt8], maxEntries: Int) -> UInt32 {
    let buckets = maxEntries <= 1 ? 1 : 1 << (Int.bitWidth - (maxEntries - 1).leadingZeroBitCount)
    return hash(key) & UInt32(buckets - 1)
  }

  private static func hash(_ key: [UInt8]) -> UInt32 {
    var words = stride(from: 0, to: key.count, by: 4).map { index in
      key[index..<index + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }[...]
    var a = 0xdead_beef &+ UInt32(key.count)
    var (b, c) = (a, a)
    while words.count > 3 {
      let first = words.startIndex
      (a, b, c) = (a &+ words[first], b &+ words[first + 1], c &+ words[first + 2])
      mix(&a, &b, &c)
      words = words.dropFirst(3)
    }
    guard !words.isEmpty else { return c }
    let rest = Array(words) + [0, 0]
    (a, b, c) = (a &+ rest[0], b &+ rest[1], c &+ rest[2])
    return final(a, b, c)
  }

  private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
    for (index, bits) in [4, 6, 8, 16, 19, 4].enumerated() {
      switch index % 3 {
      case 0: (a, c) = ((a &- c) ^ rotated(c, bits), c &+ b)
      case 1: (b, a) = ((b &- a) ^ rotated(a, bits), a &+ c)
      default: (c, b) = ((c &- b) ^ rotated(b, bits), b &+ a)
      }
    }
  }

  private static func final(_ first: UInt32, _ second: UInt32, _ third: UInt32) -> UInt32 {
    var (a, b, c) = (first, second, third)
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    return (c ^ b) &- rotated(b, 24)
  }

  private static func rotated(_ word: UInt32, _ bits: Int) -> UInt32 {
    word << UInt32(bits) | word >> UInt32(32 - bits)
  }
}
