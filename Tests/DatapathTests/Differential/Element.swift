import DataplaneABI

/// An element of a map, as bytes. Times in it are ages: nanoseconds before it is put in.
struct Element: Hashable {
  var map: String
  var key: [UInt8]
  var value: [UInt8]

  init(_ map: String, key: [UInt8], value: [UInt8]) {
    self.map = map
    self.key = key
    self.value = value
  }

  init<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ map: String, _ key: Key, _ value: Value) {
    self.init(map, key: withUnsafeBytes(of: key) { Array($0) }, value: withUnsafeBytes(of: value) { Array($0) })
  }

  /// The value with times instead of ages.
  func value(at now: UInt64) -> [UInt8] {
    MapTimes.changed(map, value) { $0 < now ? now - $0 : 1 }
  }
}
