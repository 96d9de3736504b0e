/// How an object is brought into the kernel.
public struct LoadOptions: Sendable {
  /// Which maps are pinned, and found again by their pins.
  public enum Pinning: Sendable {
    case none
    /// Those whose definition asks for it, under their names in this folder of bpffs.
    case declared(in: String)
    /// Every map but data sections, under their names in this folder of bpffs.
    case all(in: String)
  }

  /// Maps to use instead of creating those of the same name; they must fit the definitions.
  public var maps: MapSet
  public var pinning: Pinning
  /// The programs to load; nil is all.
  public var programs: Set<String>?
  /// Whether to hand the object's types and lines to the kernel.
  public var usesBTF: Bool
  /// Whether to keep the verifier's log, with its statistics, of programs that load.
  public var keepsLog: Bool
  /// Whether programs are put into their slots of program arrays at once.
  public var fillsSlots: Bool
  /// Changes a map's definition before it is created, as its `maxEntries`.
  public var adjust: @Sendable (inout MapSpec) -> Void

  public init(
    maps: MapSet = MapSet(), pinning: Pinning = .none, programs: Set<String>? = nil, usesBTF: Bool = true,
    keepsLog: Bool = false, fillsSlots: Bool = true, adjust: @escaping @Sendable (inout MapSpec) -> Void = { _ in }
  ) {
    self.maps = maps
    self.pinning = pinning
    self.programs = programs
    self.usesBTF = usesBTF
    self.keepsLog = keepsLog
    self.fillsSlots = fillsSlots
    self.adjust = adjust
  }

  /// Where `map` is pinned, if anywhere.
  func pin(of map: MapSpec) -> String? {
    switch pinning {
    case .none: nil
    case .declared(let folder): map.pinning == .byName ? "\(folder)/\(map.name)" : nil
    case .all(let folder): "\(folder)/\(map.name)"
    }
  }
}
