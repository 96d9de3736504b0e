import EBPF
import Glibc

/// The memory that tables of flows take. The kernel would give up only once hardly any is left for others.
enum FlowTableMemory {
  /// Bytes of a map that is made for so many entries, before it has any (kernel/bpf/hashtab.c): a bucket of 16 bytes for each,
  /// rounded up to a power of two, and, unless entries take theirs as they come, the entries themselves.
  static func need(_ spec: MapSpec) -> UInt64 {
    var buckets: UInt64 = 1
    while buckets < spec.maxEntries { buckets *= 2 }
    let entry = 48 + rounded(spec.keySize) + rounded(spec.valueSize)
    let takesAtOnce = !spec.flags.contains(.noPreallocation)
    return buckets * 16 + (takesAtOnce ? UInt64(spec.maxEntries) * entry : 0)
  }

  /// - Throws: when they need more than there is.
  static func check(_ specs: [MapSpec]) throws {
    let need = specs.reduce(0) { $0 + Self.need($1) }
    guard let available = available(), need > available else { return }
    throw DataplaneFailure(
      subject: "conntrack tables",
      reason:
        "the new ones would take \(mebibytes(need)) MiB beside the present ones, and \(mebibytes(available)) MiB are free"
    )
  }

  /// - Parameters:
  ///   - need: bytes of the tables that others are to grow to.
  ///   - total: bytes that the machine has.
  ///   - available: bytes that are free.
  /// - Throws: when that is more than what grows by itself may have.
  static func checkGrowth(_ need: UInt64, total: UInt64?, available: UInt64?) throws(DataplaneFailure) {
    let limits = [
      total.map { ($0 / 8, "an eighth of the memory") }, available.map { ($0 / 2, "half of what is free") },
    ]
    for case (let limit, let name)? in limits where need > limit {
      // No figures that change from one look to the next: the sentence is to be said once.
      throw DataplaneFailure(
        subject: "conntrack tables",
        reason: "tables of twice the size would take \(mebibytes(need)) MiB, more than \(name)")
    }
  }

  /// Bytes that can be had without driving others out (`MemAvailable`); nil where the kernel does not tell.
  static func available() -> UInt64? { bytes("MemAvailable") }

  /// Bytes the machine has (`MemTotal`); nil where the kernel does not tell.
  static func total() -> UInt64? { bytes("MemTotal") }

  private static func bytes(_ field: String) -> UInt64? {
    guard let file = fopen("/proc/meminfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      if let kibibytes = kibibytes(
        of: field, String(decoding: line.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self))
      {
        return kibibytes * 1024
      }
    }
    return nil
  }

  /// "MemAvailable:   19123456 kB"
  static func kibibytes(of field: String, _ line: String) -> UInt64? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[0] == "\(field):", words[2] == "kB" else { return nil }
    return UInt64(words[1])
  }

  private static func rounded(_ size: UInt32) -> UInt64 { (UInt64(size) + 7) & ~7 }
  static func mebibytes(_ bytes: UInt64) -> UInt64 { bytes >> 20 }
}
