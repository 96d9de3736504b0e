/// Reads types one after the other.
struct BTFParser {
  let reader: ByteReader
  let strings: BTFStrings

  /// The type at `offset`, which moves on to the next.
  func type(at offset: inout Int) throws(ObjectError) -> BTFType {
    let start = offset
    let info = try word(start + 4)
    guard let kind = BTFKind(rawValue: info >> 24 & 0x1f), kind != .void else {
      throw ObjectError("BTF: unknown kind \(info >> 24 & 0x1f) at byte \(start) of the types")
    }
    let count = Int(info & 0xffff)
    _ = try reader.range(at: start, count: 12 + kind.trailingSize(count))
    offset += 12 + kind.trailingSize(count)
    return BTFType(try name(at: start), try body(kind, count: count, flag: info >> 31 == 1, at: start))
  }

  private func body(_ kind: BTFKind, count: Int, flag: Bool, at start: Int) throws(ObjectError) -> BTFType.Body {
    let value = try word(start + 8)
    let tail = start + 12
    switch kind {
    case .void: return .void
    case .integer: return .integer(size: value, encoding: try word(tail))
    case .pointer: return .pointer(value)
    case .array:
      return .array(element: try word(tail), index: try word(tail + 4), count: try word(tail + 8))
    case .structure:
      return .structure(size: value, members: try members(count, at: tail), hasBitFields: flag)
    case .union:
      return .union(size: value, members: try members(count, at: tail), hasBitFields: flag)
    case .enumeration:
      return .enumeration(size: value, values: try enumerators(count, at: tail, isSigned: flag), isSigned: flag)
    case .enumeration64:
      return .enumeration64(size: value, values: try enumerators64(count, at: tail), isSigned: flag)
    case .forward: return .forward(isUnion: flag)
    case .typedef: return .typedef(value)
    case .volatile: return .volatile(value)
    case .const: return .const(value)
    case .restrict: return .restrict(value)
    case .function: return .function(prototype: value, linkage: UInt16(truncatingIfNeeded: count))
    case .prototype: return .prototype(returns: value, parameters: try parameters(count, at: tail))
    case .variable: return .variable(value, linkage: try word(tail))
    case .dataSection: return .dataSection(size: value, variables: try variables(count, at: tail))
    case .float: return .float(size: value)
    case .declarationTag: return .declarationTag(value, component: try word(tail))
    case .typeTag: return .typeTag(value)
    }
  }

  private func members(_ count: Int, at start: Int) throws(ObjectError) -> [BTFType.Member] {
    try each(count, start, 12) { at throws(ObjectError) in
      BTFType.Member(try name(at: at), try word(at + 4), offset: try word(at + 8))
    }
  }

  private func enumerators(_ count: Int, at start: Int, isSigned: Bool) throws(ObjectError) -> [BTFType.Enumerator] {
    try each(count, start, 8) { at throws(ObjectError) in
      let value = try word(at + 4)
      return BTFType.Enumerator(
        try name(at: at), isSigned ? Int64(Int32(bitPattern: value)) : Int64(value))
    }
  }

  private func enumerators64(_ count: Int, at start: Int) throws(ObjectError) -> [BTFType.Enumerator] {
    try each(count, start, 12) { at throws(ObjectError) in
      let value = UInt64(try word(at + 4)) | UInt64(try word(at + 8)) << 32
      return BTFType.Enumerator(try name(at: at), Int64(bitPattern: value))
    }
  }

  private func parameters(_ count: Int, at start: Int) throws(ObjectError) -> [BTFType.Parameter] {
    try each(count, start, 8) { at throws(ObjectError) in
      BTFType.Parameter(try name(at: at), try word(at + 4))
    }
  }

  private func variables(_ count: Int, at start: Int) throws(ObjectError) -> [BTFType.SectionVariable] {
    try each(count, start, 12) { at throws(ObjectError) in
      BTFType.SectionVariable(try word(at), offset: try word(at + 4), size: try word(at + 8))
    }
  }

  private func each<Part>(
    _ count: Int, _ start: Int, _ size: Int, _ part: (Int) throws(ObjectError) -> Part
  ) throws(ObjectError) -> [Part] {
    var parts: [Part] = []
    for index in 0..<count { parts.append(try part(start + index * size)) }
    return parts
  }

  private func word(_ offset: Int) throws(ObjectError) -> UInt32 { try reader.integer(UInt32.self, at: offset) }

  private func name(at offset: Int) throws(ObjectError) -> String {
    let place = try word(offset)
    guard let name = strings.string(at: place) else { throw ObjectError("BTF: no string at \(place)") }
    return name
  }
}
