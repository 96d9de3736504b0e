import Synchronization

@testable import Dataplane
@testable import EBPF

/// A node's maps, and programs that were loaded on them, for one test after the other: the verifier takes seconds for all.
///
/// An agent opens or creates its maps as ever. Only when those are the ones that a program was loaded on before, with the
/// same constants, is that program used again.
final class KeptPrograms: Sendable {
  /// What a loaded program depends on, but for the maps: there is one object.
  private struct Key: Hashable {
    var program: String
    var data: [DataSection]
    /// Processes have programs of their own.
    var process: Int
  }

  private struct State {
    /// Those that the first agent made.
    var maps = MapSet()
    var programs: [Key: LoadedProgram.Shared] = [:]
  }

  private let state = Mutex(State())

  /// Those that a test is done with, for the next one.
  private static let free = Mutex<[KeptPrograms]>([])

  /// Maps that nobody else has until they are given back.
  static func borrow() -> KeptPrograms { free.withLock { $0.popLast() } ?? KeptPrograms() }

  func giveBack() { Self.free.withLock { $0.append(self) } }

  /// Gives a node where there is nothing yet empty maps.
  func pin(in folder: PinFolder) throws {
    let maps = state.withLock { $0.maps }
    guard try !maps.names.isEmpty && folder.names(in: folder.maps).isEmpty && folder.names(in: folder.links).isEmpty
    else { return }
    try GracePeriod.wait()
    try folder.create()
    for name in maps.names {
      let map = try maps.map(name)
      try map.empty()
      try map.pin(folder.map(name))
    }
  }

  /// Loads what was not loaded before on the same maps.
  func load(_ spec: ObjectSpec, _ options: LoadOptions, process: Int) throws -> LoadedObject {
    var bare = options
    bare.programs = []
    let maps = try spec.load(bare).maps
    let kept = try state.withLock { state in
      if state.maps.names.isEmpty { for map in spec.maps { state.maps.insert(try maps.map(map.name)) } }
      return state
    }
    let data = spec.data
    func key(_ program: ProgramSpec) -> Key { Key(program: program.name, data: data, process: process) }
    func isKept(_ program: ProgramSpec) -> Bool {
      program.references.allSatisfy { reference in
        guard case .map(let name) = reference.target else { return true }
        return maps[name]?.info.id == kept.maps[name]?.info.id
      }
    }
    var programs: [String: LoadedProgram.Shared] = [:]
    let wanted = spec.programs.filter { options.programs?.contains($0.name) ?? true }
    for program in wanted where isKept(program) { programs[program.name] = kept.programs[key(program)] }
    var rest = options
    rest.maps = maps
    rest.programs = Set(wanted.map(\.name)).subtracting(programs.keys)
    let loaded = try spec.load(rest)
    for program in wanted where programs[program.name] == nil {
      let new = try loaded.program(program.name).shared
      programs[program.name] = new
      if isKept(program) { state.withLock { $0.programs[key(program)] = new } }
    }
    return LoadedObject(name: spec.name, maps: maps, programs: programs, btfError: loaded.btfError)
  }
}

extension Map {
  /// Leaves nothing in it but what each run of a program writes anew.
  fileprivate func empty() throws {
    if info.type == .perCPUArray { return }
    for key in try keys() {
      if info.type == .array {
        try update(bytes: key, [UInt8](repeating: 0, count: info.valueSize))
      } else {
        try delete(bytes: key)
      }
    }
  }
}
