import DataplaneABI

/// How many elements maps have in both kernels.
enum MapSizes {
  /// So few that connections are refused that should be kept.
  private static let established = 3
  /// Large ones, which are read whole.
  private static let fragments = 256
  /// More than one play makes.
  private static let others = 4096
  /// What sweeps are told that a conntrack table has room for: as if it never were full.
  static let places: UInt32 = 1 << 20

  static func limit(_ map: String, _ declared: Int) -> Int {
    switch map {
    case MapName.established4, MapName.established6: min(declared, established)
    // Declared with room for one, for all times but those.
    case MapName.otherConntrack4, MapName.otherConntrack6: others
    case MapName.otherEstablished4, MapName.otherEstablished6: established
    case MapName.heldFragments4, MapName.heldFragments6: min(declared, fragments)
    default: min(declared, others)
    }
  }
}
