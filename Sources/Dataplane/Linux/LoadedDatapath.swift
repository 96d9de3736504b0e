import DataplaneABI
import DatapathPrograms
import EBPF

/// The compiled programs, loaded, with the node's maps: new ones, or those that an earlier run left pinned.
public final class LoadedDatapath: Sendable {
  public let folder: PinFolder
  private let object: LoadedObject
  private let adjust: @Sendable (inout MapSpec) -> Void
  private let load: Load
  private let infos: [DatapathProgram: ProgramInfo]
  /// Kernel numbers of the maps that have their names in the folder.
  private let pinnedMaps: Set<UInt32>
  /// Instructions that the verifier went through, by program.
  public let verifiedInstructions: [DatapathProgram: Int]
  /// Whether the programs know two tables of flows.
  let isResizing: Bool

  /// Brings an object into the kernel.
  typealias Load = @Sendable (ObjectSpec, LoadOptions) throws -> LoadedObject

  /// Loads the programs and opens or creates the maps in `folder`.
  ///
  /// - Parameters:
  ///   - maps: used instead of those in the folder.
  ///   - programs: those that are needed; nil is all.
  ///   - load: what loads them, which may know programs that are loaded already.
  ///   - adjust: changes the definition of a map before it is created, such as how many entries it holds.
  /// - Throws: when bpffs is not there, the verifier refuses, or a pinned map has another layout.
  init(
    folder: PinFolder, maps given: MapSet = MapSet(), programs: Set<DatapathProgram>? = nil, load: @escaping Load,
    adjust: @escaping @Sendable (inout MapSpec) -> Void = { _ in }
  ) throws {
    try folder.create()
    // A table of flows has the size it was given last.
    var sizes = try folder.flowTableSizes()
    for name in given.names { sizes[name] = UInt32(try given.map(name).info.maxEntries) }
    let isResizing = FlowTable.all.contains { sizes[$0.other] ?? 0 > MapCapacity.other }
    var spec = try Self.spec.get()
    try spec.setConstant("set_retval", Feature.setReturnValue.isAvailable() ? UInt32(1) : 0)
    try spec.setConstant("resizing", isResizing ? UInt32(1) : 0)
    let options = LoadOptions(
      maps: given, pinning: .all(in: folder.maps), programs: programs.map { Set($0.map(\.rawValue)) },
      fillsSlots: false,
      adjust: { [sizes] spec in
        adjust(&spec)
        if let size = sizes[spec.name] { spec.maxEntries = size }
      })
    let loaded = try load(spec, options)
    let infos = try Self.infos(of: loaded, programs ?? Set(DatapathProgram.allCases))
    let maps = loaded.maps
    let pinnedMaps = Set(try folder.names(in: folder.maps).compactMap { maps[$0]?.info.id })
    self.folder = folder
    self.adjust = adjust
    self.load = load
    object = loaded
    self.infos = infos
    self.pinnedMaps = pinnedMaps
    self.isResizing = isResizing
    verifiedInstructions = infos.mapValues(\.verifiedInstructions)
  }

  /// Taken apart once: the tables of flows may be resized any number of times.
  private static let spec = Result<ObjectSpec, ObjectError> { () throws(ObjectError) in
    try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
  }

  /// The same programs once more.
  func again(maps: MapSet = MapSet(), programs: Set<DatapathProgram>? = nil) throws -> LoadedDatapath {
    try LoadedDatapath(folder: folder, maps: maps, programs: programs, load: load, adjust: adjust)
  }

  private static func infos(
    of object: borrowing LoadedObject, _ programs: Set<DatapathProgram>
  ) throws -> [DatapathProgram: ProgramInfo] {
    var infos: [DatapathProgram: ProgramInfo] = [:]
    for program in programs { infos[program] = try object.program(program.rawValue).info() }
    return infos
  }

  /// Has packets go on to these programs once policies have decided: right before hooks get the programs that go with them.
  func fillSlots() throws {
    for program in try Self.spec.get().programs {
      guard let slot = program.slot, let loaded = DatapathProgram(rawValue: program.name), infos[loaded] != nil else {
        continue
      }
      try map(slot.map).setProgram(at: slot.index, self.program(loaded))
    }
  }

  func program(_ program: DatapathProgram) throws(KernelError) -> LoadedProgram {
    try object.program(program.rawValue)
  }

  /// Which of the loaded programs another one is the same as: equal instructions on the same pinned maps, each in the same
  /// place. (A tag is a digest of instructions only; a program may still refer to maps whose pins somebody removed, or have two
  /// tables of flows the other way round.)
  func program(
    like other: ProgramInfo, among candidates: [DatapathProgram] = DatapathProgram.allCases
  ) -> DatapathProgram? {
    candidates.first { candidate in
      guard let own = infos[candidate] else { return false }
      return own.tag == other.tag && own.maps.count == other.maps.count
        && zip(own.maps, other.maps).allSatisfy { !pinnedMaps.contains($0) || $0 == $1 }
    }
  }

  /// Which of the packets' programs another one is the same as, whatever maps it is on.
  func program(sameCodeAs other: ProgramInfo) -> DatapathProgram? {
    DatapathProgram.ofPackets.first { infos[$0]?.tag == other.tag }
  }

  func map<Key, Value>(_ name: String, _ key: Key.Type, _ value: Value.Type) throws(KernelError) -> TypedMap<Key, Value>
  {
    try object.maps.typed(name, key, value)
  }

  /// A handle on one of its maps.
  func map(_ name: String) throws(KernelError) -> Map { try object.maps.map(name) }

  /// The counters of the programs.
  public func counters() throws(KernelError) -> TypedMap<CounterKey, Counters> {
    try map(MapName.counters, CounterKey.self, Counters.self)
  }
}
