/// Which function of an object calls which, read from the instructions.
struct CallGraph {
  struct Function {
    var name: String
    var start: ELFObject.Place
    /// In bytes.
    var size: Int
    var isProgram: Bool
    /// The functions that it calls or passes on as a callback.
    var callees: Set<ELFObject.Place> = []
  }

  private(set) var functions: [ELFObject.Place: Function] = [:]

  init(_ object: ELFObject) throws(CompilerError) {
    for symbol in try object.symbols() where symbol.isFunction && symbol.section < object.sections.count {
      guard symbol.value + symbol.size <= object.sections[symbol.section].size else {
        throw .unreadableObject("function \(symbol.name) ends behind its section")
      }
      let start = ELFObject.Place(section: symbol.section, offset: symbol.value)
      functions[start] = Function(name: symbol.name, start: start, size: symbol.size, isProgram: symbol.isGlobal)
    }
    for (start, function) in functions { functions[start]?.callees = try Self.callees(of: function, in: object) }
  }

  /// A call within a section names its target in the instruction, one into another section in a relocation.
  private static func callees(of function: Function, in object: ELFObject) throws(CompilerError) -> Set<ELFObject.Place>
  {
    let section = function.start.section
    let relocations = try object.relocations(of: section)
    var result: Set<ELFObject.Place> = []
    for offset in stride(from: function.start.offset, to: function.start.offset + function.size, by: 8) {
      let at = object.sections[section].offset + offset
      let code = try object.reader.number(UInt8.self, at: at)
      let source = try object.reader.number(UInt8.self, at: at + 1) >> 4
      let immediate = Int(Int32(truncatingIfNeeded: try object.reader.number(UInt32.self, at: at + 4)))
      if let relocation = relocations[offset] {
        let symbol = try object.symbol(relocation)
        guard symbol.section != 0, symbol.section < object.sections.count,
          object.sections[symbol.section].isCode
        else { continue }
        // Against a section the distance stands in the instruction: -1 is its start, counted in instructions.
        let addend = symbol.isFunction ? 0 : code == 0x85 ? (immediate + 1) * 8 : immediate
        result.insert(.init(section: symbol.section, offset: symbol.value + addend))
      } else if code == 0x85 && source == 1 {
        result.insert(.init(section: section, offset: offset + 8 + immediate * 8))
      }
    }
    return result
  }
}
