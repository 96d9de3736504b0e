extension BTF {
  /// The bytes of a `.BTF` section: header, types, strings (kernel documentation, bpf/btf.rst).
  public var encoded: [UInt8] {
    var encoder = BTFEncoder(strings: strings)
    for type in types.dropFirst() { encoder.append(type) }
    let strings = encoder.strings.bytes
    var out = BTFEncoder(strings: BTFStrings())
    out.bytes = [UInt8(BTF.magic & 0xff), UInt8(BTF.magic >> 8), 1, 0]
    for word in [24, 0, encoder.bytes.count, encoder.bytes.count, strings.count] {
      out.append(UInt32(truncatingIfNeeded: word))
    }
    return out.bytes + encoder.bytes + strings
  }
}

/// Writes types one after the other.
struct BTFEncoder {
  var bytes: [UInt8] = []
  var strings: BTFStrings

  init(strings: BTFStrings) { self.strings = strings }

  mutating func append(_ word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  mutating func append(_ type: BTFType) {
    let name = type.name
    switch type.body {
    case .void: break
    case .integer(let size, let encoding):
      head(name, .integer, 0, size)
      append(encoding)
    case .pointer(let target): head(name, .pointer, 0, target)
    case .array(let element, let index, let count):
      head(name, .array, 0, 0)
      for word in [element, index, count] { append(word) }
    case .structure(let size, let members, let flag):
      head(name, .structure, members.count, size, flag: flag)
      append(members)
    case .union(let size, let members, let flag):
      head(name, .union, members.count, size, flag: flag)
      append(members)
    case .enumeration(let size, let values, let flag):
      head(name, .enumeration, values.count, size, flag: flag)
      for value in values { append([strings.intern(value.name), UInt32(truncatingIfNeeded: value.value)]) }
    case .enumeration64(let size, let values, let flag):
      head(name, .enumeration64, values.count, size, flag: flag)
      for value in values {
        append([
          strings.intern(value.name), UInt32(truncatingIfNeeded: value.value),
          UInt32(truncatingIfNeeded: value.value >> 32),
        ])
      }
    case .forward(let isUnion): head(name, .forward, 0, 0, flag: isUnion)
    case .typedef(let target): head(name, .typedef, 0, target)
    case .volatile(let target): head(name, .volatile, 0, target)
    case .const(let target): head(name, .const, 0, target)
    case .restrict(let target): head(name, .restrict, 0, target)
    case .function(let prototype, let linkage): head(name, .function, Int(linkage), prototype)
    case .prototype(let returns, let parameters):
      head(name, .prototype, parameters.count, returns)
      for parameter in parameters { append([strings.intern(parameter.name), parameter.type]) }
    case .variable(let target, let linkage):
      head(name, .variable, 0, target)
      append(linkage)
    case .dataSection(let size, let variables):
      head(name, .dataSection, variables.count, size)
      for variable in variables { append([variable.type, variable.offset, variable.size]) }
    case .float(let size): head(name, .float, 0, size)
    case .declarationTag(let target, let component):
      head(name, .declarationTag, 0, target)
      append(component)
    case .typeTag(let target): head(name, .typeTag, 0, target)
    }
  }

  private mutating func head(_ name: String, _ kind: BTFKind, _ count: Int, _ value: UInt32, flag: Bool = false) {
    append([
      strings.intern(name), (flag ? 1 << 31 : 0) | kind.rawValue << 24 | UInt32(truncatingIfNeeded: count & 0xffff),
      value,
    ])
  }

  private mutating func append(_ members: [BTFType.Member]) {
    for member in members { append([strings.intern(member.name), member.type, member.offset]) }
  }

  private mutating func append(_ words: [UInt32]) {
    for word in words { append(word) }
  }
}
