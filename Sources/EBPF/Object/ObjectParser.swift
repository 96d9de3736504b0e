/// From ELF to the parts of a spec.
struct ObjectParser {
  let file: ELFFile
  let license: String
  let btf: BTF?
  let data: [DataSection]
  let linker: Linker

  init(_ bytes: [UInt8]) throws(ObjectError) {
    let file = try ELFFile(bytes)
    self.file = file
    license = try ObjectParser.license(file)
    let extensions: BTFExtension
    (btf, extensions) = try ObjectParser.types(file)
    data = ObjectParser.data(file, btf)
    linker = Linker(file: file, extensions: extensions)
  }

  func maps() throws(ObjectError) -> [MapSpec] {
    guard let section = file.section(".maps"), section.size > 0 else { return [] }
    guard file.relocations[section.index] == nil else {
      throw ObjectError("has maps with initial contents, which this loader does not fill in")
    }
    guard let btf else { throw ObjectError("has a .maps section but no BTF: compile with -g") }
    return try MapDefinitions(btf: btf).maps()
  }

  /// Every global function of a section that names a program type.
  func programs() throws(ObjectError) -> [ProgramSpec] {
    var programs: [ProgramSpec] = []
    for section in file.sections where section.isCode && section.size > 0 && section.name != ".text" {
      guard let kind = SectionKind(section: section.name) else {
        throw ObjectError("section \(section.name) names no program type")
      }
      for symbol in file.symbols where symbol.section == section.index && symbol.isFunction && symbol.isGlobal {
        var program = try linker.program(symbol)
        program.type = kind.type
        program.attach = kind.attach
        program.slot = ProgramSlot(section: section.name)
        program.license = license
        programs.append(program)
      }
    }
    return programs
  }

  private static func license(_ file: ELFFile) throws(ObjectError) -> String {
    guard let section = file.section("license") ?? file.section("_license") else { return "" }
    return String(decoding: file.contents(section).prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func types(_ file: ELFFile) throws(ObjectError) -> (BTF?, BTFExtension) {
    guard let section = file.section(".BTF") else { return (nil, .none) }
    let btf = try BTF(parsing: file.contents(section))
    var extensions = BTFExtension.none
    if let section = file.section(".BTF.ext") {
      extensions = try BTFExtension(parsing: file.contents(section), strings: btf.strings)
    }
    return (btf.preparedForKernel(file), extensions)
  }

  private static func data(_ file: ELFFile, _ btf: BTF?) -> [DataSection] {
    file.sections.filter { $0.isData && $0.size > 0 && DataSection.isOne($0.name) }.map { section in
      var variables: [String: Range<Int>] = [:]
      for symbol in file.symbols where symbol.section == section.index && symbol.isObject {
        let (end, overflow) = symbol.value.addingReportingOverflow(symbol.size)
        if !overflow, symbol.value <= end { variables[symbol.name] = symbol.value..<end }
      }
      var data = DataSection(name: section.name, bytes: file.contents(section), variables: variables)
      data.type = BTFTypeID(btf?.types.firstIndex { $0.name == section.name && $0.isDataSection } ?? 0)
      return data
    }
  }
}
