/// A load under way.
struct ObjectLoader {
  let btf: Descriptor?
  let options: LoadOptions
  private(set) var maps = MapSet()

  static func load(_ spec: ObjectSpec, _ options: LoadOptions) throws(KernelError) -> LoadedObject {
    let wanted = try select(spec, options)
    let (btf, btfError) = loadTypes(spec, options)
    var loader = ObjectLoader(btf: btf, options: options)
    try loader.createMaps(spec)
    var programs: [String: LoadedProgram.Shared] = [:]
    for program in wanted { programs[program.name] = try loader.load(program) }
    for program in wanted where options.fillsSlots {
      guard let slot = program.slot, let loaded = programs[program.name] else { continue }
      try loader.put(LoadedProgram(loaded), at: slot)
    }
    return LoadedObject(name: spec.name, maps: loader.maps, programs: programs, btfError: btfError)
  }

  /// The programs that are asked for.
  private static func select(_ spec: ObjectSpec, _ options: LoadOptions) throws(KernelError) -> [ProgramSpec] {
    guard let names = options.programs else { return spec.programs }
    for name in names.sorted() where spec.program(name) == nil {
      throw KernelError(
        "load", "program \(name)",
        detail: "not in the object, which has \(spec.programs.map(\.name).sorted().joined(separator: ", "))")
    }
    return spec.programs.filter { names.contains($0.name) }
  }

  /// The object's types in the kernel. Objects load without them, where the kernel refuses.
  private static func loadTypes(_ spec: ObjectSpec, _ options: LoadOptions) -> (Descriptor?, KernelError?) {
    guard options.usesBTF, let btf = spec.btf else { return (nil, nil) }
    do {
      return (try LoadedTypes.load(btf, name: spec.name), nil)
    } catch {
      return (nil, error)
    }
  }

  private mutating func createMaps(_ spec: ObjectSpec) throws(KernelError) {
    for var map in spec.maps {
      options.adjust(&map)
      maps.insert(try provide(map))
    }
    for section in spec.data { maps.insert(try create(section)) }
  }

  private func load(_ program: ProgramSpec) throws(KernelError) -> LoadedProgram.Shared {
    let instructions = try resolve(program)
    return try ProgramLoader(spec: program, instructions: instructions, btf: btf, keepsLog: options.keepsLog).load()
  }

  private func put(_ program: borrowing LoadedProgram, at slot: ProgramSlot) throws(KernelError) {
    guard let map = maps[slot.map] else {
      throw KernelError("load", "program \(program.name)", detail: "belongs into map \(slot.map), which is not there")
    }
    try map.setProgram(at: slot.index, program)
  }

  private func provide(_ spec: MapSpec) throws(KernelError) -> Map {
    if let map = options.maps[spec.name] {
      try map.check(against: spec, at: "handed in")
      return map
    }
    if let path = options.pin(of: spec) { return try Map.openOrCreate(spec, pinnedAt: path, btf: btf) }
    return try Map.create(spec, btf: btf)
  }

  /// An array of one element with the section's bytes; frozen where programs may only read.
  private func create(_ section: DataSection) throws(KernelError) -> Map {
    var spec = MapSpec(
      name: String(section.name.dropFirst()), type: .array, keySize: 4,
      valueSize: UInt32(truncatingIfNeeded: section.bytes.count), maxEntries: 1,
      flags: section.isReadOnly ? .readOnlyForPrograms : [])
    if let map = options.maps[section.name], !section.isReadOnly {
      try map.check(against: spec, at: "handed in")
      return map
    }
    spec.valueType = section.type
    let created = try Map.create(spec, btf: btf)
    let map = Map(name: section.name, info: created.info, descriptor: created.descriptor)
    try map.update(bytes: [0, 0, 0, 0], section.bytes)
    if section.isReadOnly { try map.freeze() }
    return map
  }

  /// The program's instructions with the numbers that only the kernel knows.
  private func resolve(_ program: ProgramSpec) throws(KernelError) -> [Instruction] {
    var instructions = program.instructions
    for reference in program.references {
      guard instructions.indices.contains(reference.instruction) else {
        throw KernelError("load", "program \(program.name)", detail: "refers from beyond its end")
      }
      switch reference.target {
      case .map(let name), .data(let name):
        guard let map = maps[name] else {
          throw KernelError("load", "program \(program.name)", detail: "refers to map \(name), which is not there")
        }
        instructions[reference.instruction].immediate = map.descriptor.rawValue
      case .kernelFunction(let name):
        guard let function = try KernelBTF.shared().function(named: name) else {
          throw KernelError(
            "load", "program \(program.name)", detail: "calls \(name), which this kernel has no function for",
            fix: "Run a kernel that has it, or define it in the program.")
        }
        instructions[reference.instruction].immediate = Int32(bitPattern: function)
        instructions[reference.instruction].offset = 0
      }
    }
    return instructions
  }
}
