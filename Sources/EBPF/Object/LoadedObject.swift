/// An object in the kernel: its maps and its verified programs. Everything closes with it that nothing else holds.
public struct LoadedObject: ~Copyable, Sendable {
  public let name: String
  /// The object's maps by name; data sections by theirs, as `.rodata`.
  public let maps: MapSet
  /// Why the kernel took no types; nil when it took them or none were offered.
  public let btfError: KernelError?
  private let programs: [String: LoadedProgram.Shared]

  init(name: String, maps: MapSet, programs: [String: LoadedProgram.Shared], btfError: KernelError?) {
    self.name = name
    self.maps = maps
    self.programs = programs
    self.btfError = btfError
  }

  /// Sorted.
  public var programNames: [String] { programs.keys.sorted() }

  /// A handle on the program of that name.
  ///
  /// - Throws: when there is none, telling which there are.
  public func program(_ name: String) throws(KernelError) -> LoadedProgram {
    guard let program = programs[name] else {
      throw KernelError("find", "program \(name)", detail: "there are \(programNames.joined(separator: ", "))")
    }
    return LoadedProgram(program)
  }
}

extension ObjectSpec {
  /// Creates the maps, loads the programs. May be called any number of times.
  ///
  /// - Throws: at the first thing that the kernel refuses; what was created till then is gone, but for new pins.
  public func load(_ options: LoadOptions = LoadOptions()) throws(KernelError) -> LoadedObject {
    do throws(KernelError) {
      return try ObjectLoader.load(self, options)
    } catch {
      throw error.within("object \(name)")
    }
  }
}
