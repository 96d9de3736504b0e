import DataplaneABI
import Datapath
import DatapathPrograms
import EBPF
import KernelRuntime
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

  /// Those that a test is done with, empty, for the next one.
  private static let free = Mutex<[LazyPrograms]>([])

  /// Empty ones that nobody else has until they are given back.
  static func borrow() throws -> LazyPrograms { try free.withLock { $0.popLast() } ?? LazyPrograms() }

  /// What cannot be emptied is not used again.
  func giveBack() {
    guard (try? empty()) != nil else { return }
    Self.free.withLock { $0.append(self) }
  }

  private func empty() throws {
    for definition in DatapathMaps.all where !DatapathMaps.working.contains(definition.name) {
      let map = try maps.map(definition.name)
      for key in try map.keys() {
        if definition.type == .array {
          try map.update(bytes: key, [UInt8](repeating: 0, count: definition.valueSize))
        } else {
          try map.delete(bytes: key)
        }
      }
    }
  }

  private init() throws {
    spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    maps = try spec.load(Self.options(programs: [])).maps
  }

  var names: [String] { spec.programs.map(\.name).sorted() }

  func program(_ name: String) throws -> LoadedProgram {
    let loaded = try loaded.withLock { all in
      if let present = all[name] { return present }
      let new = Loaded(try spec.load(Self.options(maps, programs: [name])))
      all[name] = new
      // What it goes on to, from the maps' slots.
      for next in spec.programs where next.slot != nil && all[next.name] == nil && next.name.hasPrefix(name) {
        all[next.name] = Loaded(try spec.load(Self.options(maps, programs: [next.name])))
      }
      return new
    }
    return try loaded.object.program(name)
  }

  private static func options(_ maps: MapSet = MapSet(), programs: Set<String>) -> LoadOptions {
    // A node holds half a million flows; a test does with less memory.
    LoadOptions(maps: maps, programs: programs) { $0.maxEntries = min($0.maxEntries, 4096) }
  }
}
