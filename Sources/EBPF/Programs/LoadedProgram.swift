/// A handle on a verified program. The descriptor closes with the last handle; the program lives on while it is
/// attached, pinned, or in a program array.
public struct LoadedProgram: ~Copyable, Sendable {
  /// What handles of one program share.
  struct Shared: Sendable {
    let name: String
    let type: ProgramType
    let log: VerifierLog
    let descriptor: Descriptor
  }

  let shared: Shared
  var descriptor: Descriptor { shared.descriptor }

  init(_ shared: Shared) { self.shared = shared }

  /// The name in its object, which may be longer than the kernel's.
  public var name: String { shared.name }
  public var type: ProgramType { shared.type }
  /// What the verifier wrote, when the load was asked to keep it.
  public var verifierLog: VerifierLog { shared.log }

  /// A second handle on the same program.
  public func share() -> LoadedProgram { LoadedProgram(shared) }

  /// Pins the program at `path` in bpffs.
  public func pin(_ path: String) throws(KernelError) { try Pin.create(descriptor, at: path, subject: subject) }

  /// Opens the program pinned at `path`; nil when nothing is there.
  public static func openPinned(_ path: String) throws(KernelError) -> LoadedProgram? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let descriptor = try Pin.open(path, .program, subject: "program \(name)") else { return nil }
    return try LoadedProgram(name: name, descriptor)
  }

  init(name: String, _ descriptor: Descriptor) throws(KernelError) {
    let info = try ProgramInfo(descriptor, subject: "program \(name)")
    shared = Shared(name: name, type: info.type, log: VerifierLog(""), descriptor: descriptor)
  }

  /// What the kernel says about the program.
  public func info() throws(KernelError) -> ProgramInfo { try ProgramInfo(descriptor, subject: subject) }

  /// The program as the kernel runs it: after dead code is gone and calls and map accesses are rewritten.
  ///
  /// Wide loads of maps carry the map's id (`Instruction.translatedMap`), calls of helpers an address.
  public func translatedInstructions() throws(KernelError) -> [Instruction] {
    try ProgramInfo.translated(descriptor, subject: subject)
  }

  var subject: String { "program \(name)" }
}

extension ProgramSpec {
  /// Loads a program that refers to no maps, or only to maps of `maps`.
  public func load(maps: MapSet = MapSet()) throws(KernelError) -> LoadedProgram {
    var object = ObjectSpec(name: name, programs: [self])
    for name in maps.names {
      guard let info = maps[name]?.info else { continue }
      object.maps.append(
        MapSpec(
          name: name, type: info.type, keySize: UInt32(info.keySize), valueSize: UInt32(info.valueSize),
          maxEntries: UInt32(info.maxEntries), flags: info.flags))
    }
    return try object.load(LoadOptions(maps: maps)).program(name)
  }
}
