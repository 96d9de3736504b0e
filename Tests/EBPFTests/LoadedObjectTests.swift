import Testing

@testable import EBPF

@Suite("Objects in the kernel", .enabled(if: Privileges.isRoot, "needs root"))
struct LoadedObjectTests {
  private static let packet = [UInt8](repeating: 0, count: 60)

  private func spec(limit: UInt32? = nil) throws -> ObjectSpec {
    var spec = try ObjectSpec(parsing: SampleObject.bytes, name: "sample")
    if let limit { try spec.setConstant("limit", limit) }
    return spec
  }

  @Test("An object loads, runs, counts, and its types and lines reach the kernel")
  func load() throws {
    let object = try spec().load()
    #expect(object.btfError == nil)
    #expect(object.programNames == ["main"])
    #expect(object.maps.names == [".bss", ".rodata.config", "hits"])
    let program = try object.program("main")
    #expect(try program.run(Self.packet).verdict == 8)
    #expect(try program.run(Self.packet).verdict == 8)
    #expect(try object.maps.typed("hits", UInt32.self, UInt64.self).lookUp(0) == 2)
    #expect(try object.maps.typed(".bss", UInt32.self, UInt64.self).lookUp(0) == 2)
    #expect(try object.maps.map("hits").info.valueType != 0)
    let info = try program.info()
    #expect(info.btf != 0 && info.lineCount == 2)
    #expect(info.maps.count == 3)
    let translated = try program.translatedInstructions()
    #expect(translated.filter(\.isTailCall).isEmpty)
    let hits = try object.maps.map("hits").info.id
    #expect(translated.filter { $0.translatedMap == hits }.count == 1)
  }

  @Test("One spec loads twice with other constants over one map")
  func constants() throws {
    let first = try spec(limit: 41).load()
    let second = try spec(limit: 99).load(LoadOptions(maps: first.maps))
    #expect(try first.program("main").run(Self.packet).verdict == 42)
    #expect(try second.program("main").run(Self.packet).verdict == 100)
    #expect(try second.maps.typed("hits", UInt32.self, UInt64.self).lookUp(0) == 2)
    #expect(try first.maps.map("hits").info.id == second.maps.map("hits").info.id)
  }

  @Test("What a constant turns off is not in the loaded program")
  func pruned() throws {
    var code = Assembler()
    code.loadData(.r1, section: ".rodata")
    code.load(.word, .r1, .r1, 0)
    code.move(.r0, -1)
    code.jump(.equal, .r1, 0, to: "off")
    for _ in 0..<100 { code.call(.randomNumber) }
    code.label("off")
    code.exit()
    let constants = DataSection(name: ".rodata", bytes: [0, 0, 0, 0], variables: ["enabled": 0..<4])
    var spec = ObjectSpec(
      name: "switch", programs: [try code.program("switch", type: .schedulerClassifier)], data: [constants])
    let off = try spec.load().program("switch").translatedInstructions().count
    try spec.setConstant("enabled", UInt32(1))
    let on = try spec.load().program("switch").translatedInstructions().count
    #expect(off < 10 && on > 100)
  }

  @Test("Constants are frozen: user space cannot write them")
  func frozen() throws {
    let object = try spec().load()
    let constants = try object.maps.map(".rodata.config")
    #expect(constants.info.flags.contains(.readOnlyForPrograms))
    let error = #expect(throws: KernelError.self) {
      try constants.update(bytes: [0, 0, 0, 0], [UInt8](repeating: 1, count: 12))
    }
    #expect(error?.errno == .operationNotPermitted)
  }

  @Test("A handed-in map of another shape is refused")
  func wrongMap() throws {
    var maps = MapSet()
    maps.insert(try Map.create(MapSpec(name: "hits", type: .array, keySize: 4, valueSize: 4, maxEntries: 1)))
    let spec = try spec()
    let error = #expect(throws: KernelError.self) { _ = try spec.load(LoadOptions(maps: maps)) }
    #expect(
      error?.description
        == "reuse object sample: map hits: what is handed in differs: value size 4, wanted 8. Remove it to start empty, or copy its entries to a new map first."
    )
  }

  @Test("Without types it runs just the same")
  func withoutTypes() throws {
    let object = try spec().load(LoadOptions(usesBTF: false))
    #expect(try object.program("main").run(Self.packet).verdict == 8)
    #expect(try object.maps.map("hits").info.valueType == 0)
  }

  @Test("Programs and maps that are not there are named, with those that are")
  func missing() throws {
    let object = try spec().load()
    let program = #expect(throws: KernelError.self) { _ = try object.program("mein") }
    #expect(program?.description == "find program mein: there are main")
    let map = #expect(throws: KernelError.self) { _ = try object.maps.map("miss") }
    #expect(map?.description == "find map miss: there are .bss, .rodata.config, hits")
    let spec = try spec()
    let option = #expect(throws: KernelError.self) { _ = try spec.load(LoadOptions(programs: ["other"])) }
    #expect(option?.description == "load object sample: program other: not in the object, which has main")
  }

  @Test("A kernel function that this kernel lacks is named")
  func missingKernelFunction() throws {
    var code = Assembler()
    code.call(kernelFunction: "apus_does_not_exist")
    code.exit()
    let program = try code.program("calls", type: .schedulerClassifier)
    let error = #expect(throws: KernelError.self) { _ = try program.load() }
    #expect(error?.description.contains("calls apus_does_not_exist, which this kernel has no function for") == true)
  }

  @Test("The verifier's log is kept on request")
  func log() throws {
    let object = try spec().load(LoadOptions(keepsLog: true))
    #expect(try object.program("main").verifierLog.text.contains("processed "))
  }

  @Test("A tail call reaches the program in the slot, and falls through an empty one")
  func tailCalls() throws {
    var code = Assembler()
    code.loadMap(.r2, "slots")
    code.move(.r3, 1)
    code.call(.tailCall)
    code.move(.r0, 5)
    code.exit()
    let slots = MapSpec(name: "slots", type: .programArray, keySize: 4, valueSize: 4, maxEntries: 4)
    let program = try code.program("caller", type: .schedulerClassifier)
    let object = try ObjectSpec(name: "tail", maps: [slots], programs: [program]).load()
    #expect(try object.program("caller").run(Self.packet).verdict == 5)
    #expect(try object.program("caller").translatedInstructions().filter(\.isTailCall).count == 1)
    let target = try CountingProgram(verdict: 9)
    try object.maps.map("slots").setProgram(at: 1, target.program)
    #expect(try object.program("caller").run(Self.packet).verdict == 9)
    #expect(try target.count == 1)
    try object.maps.map("slots").clear(at: 1)
    #expect(try object.program("caller").run(Self.packet).verdict == 5)
  }
}
