import DataplaneABI
import DatapathPrograms
import EBPF

/// The compiled programs, loaded, with the node's maps: new ones, or those that an earlier run left pinned.
public struct LoadedDatapath: ~Copyable, Sendable {
  public let folder: PinFolder
  private let object: LoadedObject
  private let infos: [DatapathProgram: ProgramInfo]
  /// Kernel numbers of the maps that are pinned.
  private let pinnedMaps: Set<UInt32>
  /// Instructions that the verifier went through, by program.
  public let verifiedInstructions: [DatapathProgram: Int]

  /// Loads the programs and opens or creates the maps in `folder`.
  ///
  /// - Parameter adjust: changes the definition of a map before it is created, such as how many entries it holds.
  /// - Throws: when bpffs is not there, the verifier refuses, or a pinned map has another layout.
  public init(folder: PinFolder, adjust: @escaping @Sendable (inout MapSpec) -> Void = { _ in }) throws {
    try folder.create()
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try spec.setConstant("set_retval", Feature.setReturnValue.isAvailable() ? UInt32(1) : 0)
    let loaded = try spec.load(LoadOptions(pinning: .all(in: folder.maps), adjust: adjust))
    let infos = try Self.infos(of: loaded)
    let maps = loaded.maps
    let pinnedMaps = Set(try folder.names(in: folder.maps).compactMap { maps[$0]?.info.id })
    self.folder = folder
    object = loaded
    self.infos = infos
    self.pinnedMaps = pinnedMaps
    verifiedInstructions = infos.mapValues(\.verifiedInstructions)
  }

  private static func infos(of object: borrowing LoadedObject) throws -> [DatapathProgram: ProgramInfo] {
    var infos: [DatapathProgram: ProgramInfo] = [:]
    for program in DatapathProgram.allCases { infos[program] = try object.program(program.rawValue).info() }
    return infos
  }

  func program(_ program: DatapathProgram) throws(KernelError) -> LoadedProgram {
    try object.program(program.rawValue)
  }

  /// Which of the loaded programs another one is the same as: equal instructions on the same pinned maps. (A tag is a digest
  /// of instructions only; a program may still refer to maps whose pins somebody removed.)
  func program(
    like other: ProgramInfo, among candidates: [DatapathProgram] = DatapathProgram.allCases
  ) -> DatapathProgram? {
    candidates.first { candidate in
      guard let own = infos[candidate] else { return false }
      return own.tag == other.tag && pinnedMaps.intersection(own.maps).isSubset(of: other.maps)
    }
  }

  func map<Key, Value>(_ name: String, _ key: Key.Type, _ value: Value.Type) throws(KernelError) -> TypedMap<Key, Value>
  {
    try object.maps.typed(name, key, value)
  }

  /// The counters of the programs.
  public func counters() throws(KernelError) -> TypedMap<CounterKey, Counters> {
    try map(MapName.counters, CounterKey.self, Counters.self)
  }
}
