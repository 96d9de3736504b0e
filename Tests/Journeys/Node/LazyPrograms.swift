import DatapathPrograms
import EBPF
import Synchronization

/// The compiled programs with maps of their own, each loaded when it is first asked for: most journeys need one or two, and the
/// verifier takes a while.
final class LazyPrograms: Sendable {
  private final class Loaded: Sendable {
    let object: LoadedObject
    init(_ object: consuming LoadedObject) { self.object = object }
  }

  let maps: MapSet
  private let spec: ObjectSpec
  private let loaded = Mutex<[String: Loaded]>([:])

  init() throws {
    spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    maps = try spec.load(Self.options(programs: [])).maps
  }

  var names: [String] { spec.programs.map(\.name).sorted() }

  func program(_ name: String) throws -> LoadedProgram {
    let loaded = try loaded.withLock { all in
      if let present = all[name] { return present }
      let new = Loaded(try spec.load(Self.options(maps, programs: [name])))
      all[name] = new
      return new
    }
    return try loaded.object.program(name)
  }

  private static func options(_ maps: MapSet = MapSet(), programs: Set<String>) -> LoadOptions {
    // A node holds half a million flows; a test does with less memory.
    LoadOptions(maps: maps, programs: programs) { $0.maxEntries = min($0.maxEntries, 4096) }
  }
}
