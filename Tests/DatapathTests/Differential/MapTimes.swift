import DataplaneABI

/// The times that values hold, nanoseconds.
enum MapTimes {
  /// Maps of flows, whose values begin with when they were made and when they were last seen.
  static let flows: Set = [
    MapName.conntrack4, MapName.conntrack6, MapName.established4, MapName.established6, MapName.otherConntrack4,
    MapName.otherConntrack6, MapName.otherEstablished4, MapName.otherEstablished6,
  ]
  /// Maps of fragments, whose values begin with when they came.
  static let fragments: Set = [MapName.heldFragments4, MapName.heldFragments6]
  /// Maps of choices, whose values begin with the second that they were made in.
  static let choices: Set = [MapName.choices4, MapName.choices6]
  /// All whose elements grow old.
  static let ageing = flows.union(fragments).union(choices).sorted()

  static func offsets(_ map: String) -> [Int] {
    if flows.contains(map) { return [0, 8] }
    return fragments.contains(map) || [MapName.sweep, MapName.denials].contains(map) ? [0] : []
  }

  static func of(_ map: String, _ value: [UInt8]) -> [UInt64] {
    value.withUnsafeBytes { bytes in
      offsets(map).map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
    }
  }

  static func changed(_ map: String, _ value: [UInt8], _ change: (UInt64) -> UInt64) -> [UInt8] {
    var value = value
    for (offset, time) in zip(offsets(map), of(map, value)) {
      withUnsafeBytes(of: change(time)) { value.replaceSubrange(offset..<offset + 8, with: $0) }
    }
    return value
  }

  /// As if it had been `seconds` longer ago. Fragments grow older by one more: their end is no setting, and a multiple of 10 s.
  static func aged(_ map: String, _ value: [UInt8], by seconds: UInt64) -> [UInt8] {
    if choices.contains(map) { return withSecond(value) { $0 > seconds ? $0 - UInt32(seconds) : 1 } }
    let nanoseconds = (fragments.contains(map) ? seconds + 1 : seconds) * 1_000_000_000
    return changed(map, value) { $0 > nanoseconds ? $0 - nanoseconds : 1 }
  }

  /// The value without times, and without what nobody reads: a fragment's place is longer than the fragment.
  static func timeless(_ map: String, _ value: [UInt8]) -> [UInt8] {
    if choices.contains(map) { return withSecond(value) { _ in 0 } }
    let bytes = changed(map, value) { _ in 0 }
    guard fragments.contains(map) else { return bytes }
    let length = value.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt32.self) }
    return Array(bytes.prefix(16 + Int(length)))
  }

  /// Of a choice. Two clocks may read one second apart, which no limit is as short as.
  private static func withSecond(_ value: [UInt8], _ change: (UInt32) -> UInt32) -> [UInt8] {
    let second = value.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    return withUnsafeBytes(of: change(second)) { Array($0) } + value.dropFirst(4)
  }
}
