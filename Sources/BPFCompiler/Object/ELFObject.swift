/// An object file as far as the checks need it: sections, symbols and relocations (elf(5), ELF64).
struct ELFObject {
  struct Section {
    var name: String
    /// SHT_*.
    var type: Int
    /// SHF_*.
    var flags: Int
    var offset: Int
    var size: Int
    /// Of a symbol table: its strings. Of stack sizes: the code that they are about.
    var link: Int
    /// Of relocations: the section that they apply to.
    var info: Int

    /// SHF_EXECINSTR.
    var isCode: Bool { flags & 4 != 0 }
  }

  struct Symbol {
    var name: String
    /// 0 is undefined.
    var section: Int
    /// The offset in its section.
    var value: Int
    var size: Int
    /// STT_FUNC.
    var isFunction: Bool
    /// STB_GLOBAL.
    var isGlobal: Bool
  }

  /// A place in a section.
  struct Place: Hashable {
    var section: Int
    var offset: Int
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

  private static let symbolTable = 2
  private static let relocationTable = 9
  private static let noBits = 8

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
          flags: try reader.number(UInt64.self, at: header + 8),
          offset: try reader.number(UInt64.self, at: header + 24),
          size: try reader.number(UInt64.self, at: header + 32),
          link: try reader.number(UInt32.self, at: header + 40),
          info: try reader.number(UInt32.self, at: header + 44)))
    }
    for section in sections where section.type != Self.noBits && section.offset + section.size > bytes.count {
      throw .unreadableObject("section \(section.name) ends behind the end of the file")
    }
    self.sections = sections
  }

  func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// All symbols, in the table's order.
  func symbols() throws(CompilerError) -> [Symbol] {
    guard let table = sections.first(where: { $0.type == Self.symbolTable }) else { return [] }
    var result: [Symbol] = []
    for i in 0..<table.size / 24 { result.append(try symbol(i)) }
    return result
  }

  /// The symbol with that number.
  func symbol(_ number: Int) throws(CompilerError) -> Symbol {
    guard let table = sections.first(where: { $0.type == Self.symbolTable }), table.link < sections.count else {
      throw .unreadableObject("it has no symbols")
    }
    let at = table.offset + number * 24
    let info = try reader.number(UInt8.self, at: at + 4)
    return Symbol(
      name: try reader.string(at: sections[table.link].offset + reader.number(UInt32.self, at: at)),
      section: try reader.number(UInt16.self, at: at + 6), value: try reader.number(UInt64.self, at: at + 8),
      size: try reader.number(UInt64.self, at: at + 16), isFunction: info & 0xF == 2, isGlobal: info >> 4 == 1)
  }

  /// Symbol numbers by the offsets in that section which refer to them.
  func relocations(of section: Int) throws(CompilerError) -> [Int: Int] {
    var result: [Int: Int] = [:]
    for table in sections where table.type == Self.relocationTable && table.info == section {
      for entry in stride(from: table.offset, to: table.offset + table.size, by: 16) {
        result[try reader.number(UInt64.self, at: entry)] = try reader.number(UInt32.self, at: entry + 12)
      }
    }
    return result
  }

  /// The uses of symbols that the object does not define, in order of sections and offsets.
  func undefinedUses() throws(CompilerError) -> [Use] {
    var uses: [Use] = []
    for (index, section) in sections.enumerated() where section.isCode {
      for (offset, number) in try relocations(of: index).sorted(by: { $0.key < $1.key }) {
        let symbol = try symbol(number)
        guard symbol.section == 0 else { continue }
        uses.append(Use(symbol: symbol.name, section: section.name, offset: offset))
      }
    }
    return uses
  }
}
