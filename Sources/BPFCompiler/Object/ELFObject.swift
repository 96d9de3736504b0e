/// An object file as far as the checks need it: sections, undefined symbols and who uses them (elf(5), ELF64).
struct ELFObject {
  struct Section {
    var name: String
    /// SHT_*.
    var type: Int
    var offset: Int
    var size: Int
    /// Of a symbol table: its strings. Of relocations: the symbol table.
    var link: Int
    /// Of relocations: the section that they apply to.
    var info: Int
  }

  /// A place in code that needs a symbol.
  struct Use: Hashable {
    var symbol: String
    var section: String
    /// In bytes, from the start of the section.
    var offset: Int
  }

  let reader: ByteReader
  let sections: [Section]

  init(_ bytes: [UInt8]) throws(CompilerError) {
    reader = ByteReader(bytes: bytes)
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .unreadableObject("it is not an ELF file") }
    let table = try reader.number(UInt64.self, at: 40)
    let count = try reader.number(UInt16.self, at: 60)
    let names = try reader.number(UInt64.self, at: table + reader.number(UInt16.self, at: 62) * 64 + 24)
    var sections: [Section] = []
    for i in 0..<count {
      let header = table + i * 64
      sections.append(
        Section(
          name: try reader.string(at: names + reader.number(UInt32.self, at: header)),
          type: try reader.number(UInt32.self, at: header + 4),
          offset: try reader.number(UInt64.self, at: header + 24),
          size: try reader.number(UInt64.self, at: header + 32),
          link: try reader.number(UInt32.self, at: header + 40),
          info: try reader.number(UInt32.self, at: header + 44)))
    }
    self.sections = sections
  }

  func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// The uses of symbols that the object does not define, in order of sections and offsets.
  func undefinedUses() throws(CompilerError) -> [Use] {
    let symbolTable = 2
    let relocations = 9
    guard let symbols = sections.first(where: { $0.type == symbolTable }), symbols.link < sections.count else {
      return []
    }
    var uses: [Use] = []
    for table in sections where table.type == relocations && table.info < sections.count {
      let target = sections[table.info].name
      guard !target.hasPrefix(".BTF"), !target.hasPrefix(".debug") else { continue }
      for entry in stride(from: table.offset, to: table.offset + table.size, by: 16) {
        let number = try reader.number(UInt32.self, at: entry + 12)
        let symbol = symbols.offset + number * 24
        guard number != 0, try reader.number(UInt16.self, at: symbol + 6) == 0 else { continue }
        let name = try reader.string(at: sections[symbols.link].offset + reader.number(UInt32.self, at: symbol))
        uses.append(Use(symbol: name, section: target, offset: try reader.number(UInt64.self, at: entry)))
      }
    }
    return uses
  }
}
