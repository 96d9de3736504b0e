/// Writes relocatable ELF64 objects for BPF, as much of them as a compiler would.
struct ELFWriter {
  struct Section {
    var name: String
    /// SHT_PROGBITS 1, SHT_SYMTAB 2, SHT_STRTAB 3, SHT_NOBITS 8, SHT_REL 9.
    var type: UInt32
    /// SHF_WRITE 1, SHF_ALLOC 2, SHF_EXECINSTR 4.
    var flags: UInt64
    var bytes: [UInt8]
    var size: Int
    var link = 0
    var info = 0
  }

  private struct Symbol {
    var name: String
    var information: UInt8
    var section: Int
    var value: Int
    var size: Int
  }

  private var sections: [Section] = [Section(name: "", type: 0, flags: 0, bytes: [], size: 0)]
  private var symbols: [Symbol] = [Symbol(name: "", information: 0, section: 0, value: 0, size: 0)]
  private var relocations: [Int: [(offset: Int, symbol: Int, type: UInt64)]] = [:]

  /// Adds a section and returns its index.
  mutating func section(
    _ name: String, flags: UInt64 = 0, _ bytes: [UInt8], type: UInt32 = 1, size: Int? = nil
  ) -> Int {
    sections.append(Section(name: name, type: type, flags: flags, bytes: bytes, size: size ?? bytes.count))
    return sections.count - 1
  }

  /// Adds a function (2) or an object (1) or a section (3) symbol and returns its index.
  mutating func symbol(
    _ name: String, _ kind: UInt8, in section: Int, at value: Int = 0, size: Int = 0, isGlobal: Bool = true
  ) -> Int {
    symbols.append(
      Symbol(name: name, information: (isGlobal ? 0x10 : 0) | kind, section: section, value: value, size: size))
    return symbols.count - 1
  }

  /// R_BPF_64_64 is 1, R_BPF_64_32 is 10.
  mutating func relocation(in section: Int, at offset: Int, to symbol: Int, _ type: UInt64) {
    relocations[section, default: []].append((offset, symbol, type))
  }

  var bytes: [UInt8] {
    var all = sections
    let symbolTable = all.count
    all.append(Section(name: ".symtab", type: 2, flags: 0, bytes: [], size: 0, link: symbolTable + 1))
    var strings: [UInt8] = [0]
    for symbol in symbols {
      all[symbolTable].bytes += ELFWriter.word(UInt32(ELFWriter.place(symbol.name, in: &strings)))
      all[symbolTable].bytes += [symbol.information, 0] + ELFWriter.word(UInt16(symbol.section))
      all[symbolTable].bytes += ELFWriter.word(UInt64(symbol.value)) + ELFWriter.word(UInt64(symbol.size))
    }
    all.append(Section(name: ".strtab", type: 3, flags: 0, bytes: [], size: 0))
    for (section, entries) in relocations.sorted(by: { $0.key < $1.key }) {
      let bytes = entries.flatMap {
        ELFWriter.word(UInt64($0.offset)) + ELFWriter.word(UInt64($0.symbol) << 32 | $0.type)
      }
      all.append(
        Section(
          name: ".rel" + all[section].name, type: 9, flags: 0, bytes: bytes, size: 0, link: symbolTable, info: section))
    }
    let names = all.map { ELFWriter.place($0.name, in: &strings) }
    all[symbolTable + 1].bytes = strings
    return ELFWriter.file(all, names, stringTable: symbolTable + 1)
  }

  private static func file(_ sections: [Section], _ names: [Int], stringTable: Int) -> [UInt8] {
    var body: [UInt8] = []
    var headers: [UInt8] = []
    for (section, name) in zip(sections, names) {
      while body.count % 8 != 0 { body.append(0) }
      headers += word(UInt32(name)) + word(section.type) + word(section.flags) + word(UInt64(0))
      headers += word(UInt64(64 + body.count)) + word(UInt64(max(section.size, section.bytes.count)))
      headers += word(UInt32(section.link)) + word(UInt32(section.info)) + word(UInt64(8)) + word(UInt64(0))
      body += section.bytes
    }
    while body.count % 8 != 0 { body.append(0) }
    var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    header += word(UInt16(1)) + word(UInt16(247)) + word(UInt32(1)) + word(UInt64(0)) + word(UInt64(0))
    header += word(UInt64(64 + body.count)) + word(UInt32(0))
    for half in [64, 0, 0, 64, sections.count, stringTable] { header += word(UInt16(half)) }
    return header + body + headers
  }

  private static func place(_ name: String, in strings: inout [UInt8]) -> Int {
    guard !name.isEmpty else { return 0 }
    defer { strings += Array(name.utf8) + [0] }
    return strings.count
  }

  static func word<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
