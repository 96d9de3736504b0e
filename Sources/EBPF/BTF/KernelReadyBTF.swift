extension BTF {
  /// The object's BTF as the kernel takes it: compilers leave three things to the loader.
  func preparedForKernel(_ file: ELFFile) -> BTF {
    var btf = self
    for id in btf.types.indices {
      let type = btf.types[id]
      switch type.body {
      case .dataSection where type.name == ".ksyms":
        btf.types[id] = btf.externalSymbols(type)
      case .dataSection(_, let variables):
        guard let section = file.section(type.name) else { continue }
        btf.types[id].body = .dataSection(
          size: UInt32(truncatingIfNeeded: section.size), variables: btf.placed(variables, in: section, of: file))
      case .function(let prototype, let linkage) where linkage > 1:
        // Extern functions: a linkage that the kernel does not know.
        btf.types[id].body = .function(prototype: prototype, linkage: 0)
      default:
        continue
      }
    }
    return btf
  }

  /// Variables with their offsets taken from the symbol table, in the order of the offsets.
  private func placed(
    _ variables: [BTFType.SectionVariable], in section: ELFFile.Section, of file: ELFFile
  ) -> [BTFType.SectionVariable] {
    var offsets: [String: Int] = [:]
    for symbol in file.symbols where symbol.section == section.index { offsets[symbol.name] = symbol.value }
    return variables.map { variable in
      var placed = variable
      if let name = self[variable.type]?.name, let offset = offsets[name] {
        placed.offset = UInt32(truncatingIfNeeded: offset)
      }
      return placed
    }.sorted { $0.offset < $1.offset }
  }

  /// `.ksyms` lists functions, which the kernel refuses in a data section: a struct of as many integers instead.
  private func externalSymbols(_ type: BTFType) -> BTFType {
    guard case .dataSection(_, let variables) = type.body,
      let integer = types.firstIndex(where: { if case .integer(4, _) = $0.body { true } else { false } })
    else { return type }
    let members = variables.indices.map {
      BTFType.Member("", BTFTypeID(integer), offset: UInt32(truncatingIfNeeded: $0 * 32))
    }
    let size = UInt32(truncatingIfNeeded: members.count * 4)
    return BTFType("ksyms", .structure(size: size, members: members, hasBitFields: false))
  }
}
