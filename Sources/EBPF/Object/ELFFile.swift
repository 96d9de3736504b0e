/// A relocatable ELF64 file for BPF, taken apart (ELF specification 1.2; EM_BPF).
struct ELFFile: Sendable {
  struct Section: Sendable {
    let index: Int
    let name: String
    let type: UInt32
    let flags: UInt64
    let range: Range<Int>
    /// Size in memory; a `.bss` has no bytes in the file.
    let size: Int
    let link: Int
    let info: Int

    var isCode: Bool { type == 1 && flags & 0x4 != 0 }
    var isData: Bool { (type == 1 || type == 8) && flags & 0x2 != 0 && flags & 0x4 == 0 }
  }

  struct Symbol: Sendable {
    let name: String
    let value: Int
    let size: Int
    /// Index of its section; 0 is undefined, 0xff00 and above are special.
    let section: Int
    let type: UInt8
    let binding: UInt8

    var isFunction: Bool { type == 2 }
    var isGlobal: Bool { binding != 0 }
    /// Names a piece of data.
    var isObject: Bool { type == 1 }
    var isSection: Bool { type == 3 }
  }

  struct Relocation: Sendable {
    /// Byte offset in the section it is for.
    let offset: Int
    let symbol: Int
    let type: UInt32
  }

  let reader: ByteReader
  let sections: [Section]
  let symbols: [Symbol]
  /// By the index of the section they are for.
  let relocations: [Int: [Relocation]]

  init(_ bytes: [UInt8]) throws(ObjectError) {
    reader = ByteReader(bytes: bytes, what: "ELF file")
    guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else {
      throw ObjectError("not a little-endian ELF64 file")
    }
    let machine = try reader.integer(UInt16.self, at: 18)
    guard machine == 247 else { throw ObjectError("built for ELF machine \(machine), not for BPF (247)") }
    sections = try ELFFile.sections(reader)
    symbols = try ELFFile.symbols(reader, sections)
    relocations = try ELFFile.relocations(reader, sections, symbolCount: symbols.count)
  }

  func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// The section's bytes; zeroes where the file has none.
  func contents(_ section: Section) -> [UInt8] {
    section.type == 8 ? [UInt8](repeating: 0, count: section.size) : Array(reader.bytes[section.range])
  }

  /// More than any BPF object has; a bound for what garbage may ask to be zero-filled.
  private static let largestSection = 1 << 26

  private static func sections(_ reader: ByteReader) throws(ObjectError) -> [Section] {
    let table = try reader.size(UInt64.self, at: 40)
    let count = try reader.size(UInt16.self, at: 60)
    let nameTable = try reader.size(UInt16.self, at: 62)
    _ = try reader.range(at: table, count: count * 64)
    guard nameTable < count else { throw ObjectError("ELF file: section names in section \(nameTable) of \(count)") }
    let names = try reader.size(UInt64.self, at: table + nameTable * 64 + 24)
    var sections: [Section] = []
    for index in 0..<count {
      let header = table + index * 64
      let type = try reader.integer(UInt32.self, at: header + 4)
      let size = try reader.size(UInt64.self, at: header + 32)
      guard size <= largestSection else { throw ObjectError("ELF file: section \(index) is \(size) bytes large") }
      let offset = try reader.size(UInt64.self, at: header + 24)
      let hasBytes = type != 0 && type != 8
      let (name, overflow) = names.addingReportingOverflow(try reader.size(UInt32.self, at: header))
      guard !overflow else { throw ObjectError("ELF file: section \(index) has no name") }
      sections.append(
        Section(
          index: index, name: index == 0 ? "" : try reader.string(at: name), type: type,
          flags: try reader.integer(UInt64.self, at: header + 8),
          range: hasBytes ? try reader.range(at: offset, count: size) : 0..<0, size: size,
          link: try reader.size(UInt32.self, at: header + 40), info: try reader.size(UInt32.self, at: header + 44)))
    }
    return sections
  }

  private static func symbols(_ reader: ByteReader, _ sections: [Section]) throws(ObjectError) -> [Symbol] {
    guard let table = sections.first(where: { $0.type == 2 }) else { return [] }
    guard table.link < sections.count else { throw ObjectError("ELF file: symbols without names") }
    let names = sections[table.link].range
    var symbols: [Symbol] = []
    for entry in stride(from: table.range.lowerBound, to: table.range.upperBound - 23, by: 24) {
      let name = try reader.size(UInt32.self, at: entry)
      guard name < names.count || name == 0 else { throw ObjectError("ELF file: a symbol's name is missing") }
      let information = try reader.integer(UInt8.self, at: entry + 4)
      symbols.append(
        Symbol(
          name: name == 0 ? "" : try reader.string(at: names.lowerBound + name),
          value: try reader.size(UInt64.self, at: entry + 8), size: try reader.size(UInt64.self, at: entry + 16),
          section: try reader.size(UInt16.self, at: entry + 6), type: information & 0xf, binding: information >> 4))
    }
    return symbols
  }

  private static func relocations(
    _ reader: ByteReader, _ sections: [Section], symbolCount: Int
  ) throws(ObjectError) -> [Int: [Relocation]] {
    var relocations: [Int: [Relocation]] = [:]
    for section in sections where section.type == 9 {
      for entry in stride(from: section.range.lowerBound, to: section.range.upperBound - 15, by: 16) {
        let information = try reader.integer(UInt64.self, at: entry + 8)
        let symbol = Int(information >> 32)
        guard symbol < symbolCount else { throw ObjectError("\(section.name): no symbol \(symbol)") }
        relocations[section.info, default: []].append(
          Relocation(
            offset: try reader.size(UInt64.self, at: entry), symbol: symbol,
            type: UInt32(truncatingIfNeeded: information)))
      }
    }
    return relocations
  }
}
