import Testing

@testable import EBPF

@Suite("Object files")
struct ObjectSpecTests {
  private let spec: ObjectSpec

  init() throws { spec = try ObjectSpec(parsing: SampleObject.bytes, name: "sample") }

  @Test("A map's definition comes from the types of the .maps section")
  func maps() throws {
    let map = try #require(spec.map("hits"))
    #expect(spec.maps.count == 1)
    #expect(map.type == .array && map.keySize == 4 && map.valueSize == 8 && map.maxEntries == 1)
    #expect(map.pinning == .byName)
    #expect(spec.btf?[map.keyType]?.name == "UInt32" && spec.btf?[map.valueType]?.name == "UInt64")
  }

  @Test("A program's type comes from its section; its subprograms are linked behind it")
  func programs() throws {
    let program = try #require(spec.program("main"))
    #expect(spec.programs.count == 1)
    #expect(program.type == .schedulerClassifier && program.license == "GPL")
    let size = SampleObject.main.count
    #expect(program.subprograms == [Subprogram(name: "main", start: 0), Subprogram(name: "add_one", start: size)])
    #expect(program.instructions.count == size + SampleObject.addOne.count)
    // The call leads from instruction 4 to the first of the subprogram.
    #expect(program.instructions[4].immediate == Int32(size - 5))
    #expect(
      program.references == [
        Reference(instruction: 0, target: .data(".rodata.config")), Reference(instruction: 6, target: .data(".bss")),
        Reference(instruction: 13, target: .map("hits")),
      ])
    // `limit` lies 8 bytes into its section.
    #expect(program.instructions[1].immediate == 8)
    #expect(program.functionInfo.count == 2 && program.lineInfo.count == 2)
  }

  @Test("Global data is found, with its variables")
  func data() throws {
    #expect(spec.data.map(\.name) == [".rodata.config", ".bss"])
    #expect(spec.data[0].variables == ["bonus": 0..<8, "limit": 8..<12])
    #expect(spec.data[1].bytes == [UInt8](repeating: 0, count: 8))
    #expect(spec.data[0].isReadOnly && !spec.data[1].isReadOnly)
  }

  @Test("Offsets in data sections' types are filled in, in order")
  func placedVariables() throws {
    let section = try #require(spec.btf?.types.first { $0.name == ".rodata.config" })
    guard case .dataSection(let size, let variables) = section.body else {
      Issue.record("\(section) is no data section")
      return
    }
    #expect(size == 12)
    #expect(variables.map(\.offset) == [0, 8])
    #expect(variables.map { spec.btf?[$0.type]?.name } == ["bonus", "limit"])
  }

  @Test("The same bytes give the same spec")
  func deterministic() throws {
    #expect(try ObjectSpec(parsing: SampleObject.bytes, name: "sample") == spec)
  }

  @Test("A constant is set by name")
  func constants() throws {
    var spec = spec
    #expect(spec.constants == ["bonus", "limit"])
    #expect(try spec.constantBytes("limit") == [7, 0, 0, 0])
    try spec.setConstant("limit", UInt32(41))
    #expect(try spec.constantBytes("limit") == [41, 0, 0, 0])
    #expect(try spec.constantBytes("bonus") == [3, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test("An unknown constant, and one of another size")
  func wrongConstants() {
    var spec = spec
    let unknown = #expect(throws: ObjectError.self) { try spec.setConstant("limits", UInt32(1)) }
    #expect(unknown?.description == "object sample: no constant limits; it has bonus, limit")
    let size = #expect(throws: ObjectError.self) { try spec.setConstant("limit", UInt64(1)) }
    #expect(size?.description == "object sample: constant limit has 4 bytes, the value given 8")
  }

  @Test(
    "Files that are no BPF objects say what they are instead",
    arguments: [
      ([], "not a little-endian ELF64 file"),
      (Array("#!/bin/sh\n".utf8), "not a little-endian ELF64 file"),
      ([UInt8](repeating: 0, count: 100), "not a little-endian ELF64 file"),
      (foreign, "built for ELF machine 62, not for BPF (247)"),
      (Array(SampleObject.bytes.prefix(200)), "ELF file: something at byte"),
    ])
  func refused(_ bytes: [UInt8], _ reason: String) {
    let error = #expect(throws: ObjectError.self) { _ = try ObjectSpec(parsing: bytes, name: "x") }
    #expect(error?.description.hasPrefix("object x: \(reason)") == true)
  }

  private static var foreign: [UInt8] {
    var bytes = SampleObject.bytes
    bytes[18] = 62
    return bytes
  }
}
