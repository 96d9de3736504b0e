@testable import EBPF

/// A small object with one of everything: program, subprogram, map, constants, global variable, types, lines.
///
/// Its program adds one to the constant `limit` by a subprogram and returns that; on the way it counts in the map `hits`
/// and in the variable `runs`.
enum SampleObject {
  static var bytes: [UInt8] {
    var elf = ELFWriter()
    let text = elf.section(".text", flags: 6, code(addOne))
    let tc = elf.section("tc", flags: 6, code(main))
    let maps = elf.section(".maps", flags: 3, [UInt8](repeating: 0, count: 40))
    let constants = elf.section(".rodata.config", flags: 2, ELFWriter.word(UInt64(3)) + ELFWriter.word(UInt32(7)))
    let variables = elf.section(".bss", flags: 3, [], type: 8, size: 8)
    let license = elf.section("license", flags: 2, Array("GPL".utf8) + [0])
    let types = Types()
    _ = elf.section(".BTF", types.btf.encoded)
    _ = elf.section(".BTF.ext", types.extensions)
    let textSymbol = elf.symbol("", 3, in: text, isGlobal: false)
    _ = elf.symbol("add_one", 2, in: text, size: addOne.count * 8, isGlobal: false)
    let variablesSymbol = elf.symbol("", 3, in: variables, isGlobal: false)
    _ = elf.symbol("main", 2, in: tc, size: main.count * 8)
    let map = elf.symbol("hits", 1, in: maps, size: 40)
    _ = elf.symbol("bonus", 1, in: constants, size: 8)
    let limit = elf.symbol("limit", 1, in: constants, at: 8, size: 4)
    _ = elf.symbol("runs", 1, in: variables, size: 8)
    _ = elf.symbol("licenseText", 1, in: license, size: 4)
    elf.relocation(in: tc, at: 0 * 8, to: limit, 1)
    elf.relocation(in: tc, at: 4 * 8, to: textSymbol, 10)
    elf.relocation(in: tc, at: 6 * 8, to: variablesSymbol, 1)
    elf.relocation(in: tc, at: 13 * 8, to: map, 1)
    return elf.bytes
  }

  private static func code(_ instructions: [Instruction]) -> [UInt8] { instructions.flatMap(\.bytes) }

  static let addOne: [Instruction] = assembled { code in
    code.move(.r0, .r1)
    code.arithmetic(.add, .r0, 1)
    code.exit()
  }

  static let main: [Instruction] = assembled { code in
    code.loadConstant(.r1, 0)
    code.load(.word, .r7, .r1, 0)
    code.move(.r1, .r7)
    // A call of another section: the relocation's symbol plus (immediate + 1) instructions.
    code.append(Instruction(opcode: Opcode.call, source: Register(rawValue: 1), immediate: -1))
    code.move(.r7, .r0)
    code.loadConstant(.r1, 0)
    code.move(.r2, 1)
    code.atomicAdd(.double, .r1, 0, .r2)
    code.store(.word, .r10, -4, 0)
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, -4)
    code.loadConstant(.r1, 0)
    code.call(.mapLookUp)
    code.jump(.equal, .r0, 0, to: "out")
    code.move(.r1, 1)
    code.atomicAdd(.double, .r0, 0, .r1)
    code.label("out")
    code.move(.r0, .r7)
    code.exit()
  }

  private static func assembled(_ body: (inout Assembler) -> Void) -> [Instruction] {
    var code = Assembler()
    body(&code)
    return (try? code.assemble()) ?? []
  }

  /// BTF of the object, and the records that go with its code.
  struct Types {
    private(set) var btf = BTF()
    private var functions: (main: BTFTypeID, addOne: BTFTypeID) = (0, 0)

    init() {
      let u32 = btf.addInteger("UInt32", bits: 32)
      let u64 = btf.addInteger("UInt64", bits: 64)
      let pointers = (key: btf.add(BTFType(.pointer(u32))), value: btf.add(BTFType(.pointer(u64))))
      let members = [("type", MapType.array.rawValue), ("max_entries", 1), ("pinning", 1)].map { name, number in
        (name, btf.add(BTFType(.pointer(btf.addArray(of: u32, count: number, index: u32)))))
      }
      let fields = members + [("key", pointers.key), ("value", pointers.value)]
      let definition = btf.addStructure(
        "Definition", size: 40, fields.enumerated().map { ($1.0, $1.1, UInt32($0 * 8)) })
      // Compilers leave offsets of data sections to the loader.
      let variables = [
        (".maps", [("hits", definition, UInt32(40))]),
        (".rodata.config", [("limit", u32, 4), ("bonus", u64, 8)]), (".bss", [("runs", u64, 8)]),
      ]
      for (section, variables) in variables {
        let entries = variables.map { name, type, size in
          BTFType.SectionVariable(btf.add(BTFType(name, .variable(type, linkage: 1))), offset: 0, size: size)
        }
        _ = btf.add(BTFType(section, .dataSection(size: 0, variables: entries)))
      }
      functions.main = btf.addFunction("main", returns: u32, isGlobal: true)
      functions.addOne = btf.addFunction("add_one", returns: u32, isGlobal: false)
      for text in ["tc", ".text", "Sample.swift", "return limit + 1", "value + 1"] { _ = btf.strings.intern(text) }
    }

    private func string(_ text: String) -> UInt32 {
      var strings = btf.strings
      return strings.intern(text)
    }

    var extensions: [UInt8] {
      let functionRecords: [UInt32] = [
        8, string("tc"), 1, 0, functions.main, string(".text"), 1, 0, functions.addOne,
      ]
      let file = string("Sample.swift")
      let lineRecords: [UInt32] = [
        16, string("tc"), 1, 0, file, string("return limit + 1"), 3 << 10 | 1,
        string(".text"), 1, 0, file, string("value + 1"), 7 << 10 | 3,
      ]
      let sizes = [functionRecords.count * 4, lineRecords.count * 4].map { UInt32($0) }
      let header: [UInt32] = [0x0001_eb9f, 24, 0, sizes[0], sizes[0], sizes[1]]
      return (header + functionRecords + lineRecords).flatMap { ELFWriter.word($0) }
    }
  }
}
