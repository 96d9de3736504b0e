/// A place in a program array, where tail calls find a program. The loader puts it there.
public struct ProgramSlot: Hashable, Sendable {
  /// The map's name.
  public let map: String
  public let index: UInt32

  public init(map: String, index: UInt32) {
    self.map = map
    self.index = index
  }

  /// What the name of the program's section says: "tc/cali_policy/2" is slot 2 of `cali_policy`. Nil if it names none.
  init?(section: String) {
    let parts = section.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[1].isEmpty, let index = UInt32(parts[2]) else { return nil }
    self.init(map: String(parts[1]), index: index)
  }
}
