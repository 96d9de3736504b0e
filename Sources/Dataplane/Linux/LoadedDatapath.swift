import DataplaneABI
import DatapathPrograms
import EBPF

/// The compiled programs, loaded, with the node's maps: new ones, or those that an earlier run left pinned.
public struct LoadedDatapath: ~Copyable, Sendable {
  public let folder: PinFolder
  private let object: LoadedObject
  private let tags: [DatapathProgram: UInt64]
  /// Instructions that the verifier went through, by program.
  public let verifiedInstructions: [DatapathProgram: Int]

  /// Loads the programs and opens or creates the maps in `folder`.
  ///
  /// - Parameter adjust: changes the definition of a map before it is created, such as how many entries it holds.
  /// - Throws: when bpffs is not there, the verifier refuses, or a pinned map has another layout.
  public init(folder: PinFolder, adjust: @escaping @Sendable (inout MapSpec) -> Void = { _ in }) throws {
    try folder.create()
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    let loaded = try spec.load(LoadOptions(pinning: .all(in: folder.maps), adjust: adjust))
    let infos = try Self.infos(of: loaded)
    self.folder = folder
    object = loaded
    tags = infos.mapValues(\.tag)
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

  /// Which of the loaded programs a program with that tag is the same as.
  func program(tagged tag: UInt64) -> DatapathProgram? { tags.first { $0.value == tag }?.key }

  func map<Key, Value>(_ name: String, _ key: Key.Type, _ value: Value.Type) throws(KernelError) -> TypedMap<Key, Value>
  {
    try object.maps.typed(name, key, value)
  }

  /// The counters of the programs.
  public func counters() throws(KernelError) -> TypedMap<CounterKey, Counters> {
    try map(MapName.counters, CounterKey.self, Counters.self)
  }
}
