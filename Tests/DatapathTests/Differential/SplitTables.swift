import DataplaneABI

/// Plays with flows in either of two tables, as while these are resized: half of those that a play puts there are in the second.
enum SplitTables {
  /// The random number of such plays.
  static let random: UInt32 = 3

  private static let second = [
    MapName.conntrack4: MapName.otherConntrack4, MapName.conntrack6: MapName.otherConntrack6,
    MapName.established4: MapName.otherEstablished4, MapName.established6: MapName.otherEstablished6,
  ]

  static func isOn(_ random: UInt32) -> Bool { random == self.random }

  /// The map that has the key in such a play.
  static func place(_ map: String, _ key: [UInt8]) -> String {
    guard let second = second[map], key.reduce(0, ^) & 1 == 1 else { return map }
    return second
  }
}
