/// Reads Swift's debug information of types and works out what lies in memory.
///
/// Swift gives member offsets that ignore alignment, describes a generic struct once for all arguments, and mangles
/// names; so layouts are computed anew here. A type that cannot be read becomes `opaque` of its size, never a guess.
struct SwiftTypeReader {
  let metadata: MetadataTable

  /// What a generic parameter stands for.
  struct Argument {
    var name: String
    var type: KernelType
  }

  /// The type with that number. `arguments` are what the generic parameters of the enclosing type stand for.
  func type(_ number: Int?, arguments: [Argument] = []) -> KernelType {
    guard let number, let node = metadata.node(number) else { return .void }
    let identifier = node.string("identifier") ?? node.string("name") ?? ""
    if let known = StandardTypes.type(mangled: identifier) { return known }
    if let parameter = Self.parameter(identifier) {
      return parameter < arguments.count ? arguments[parameter].type : .void
    }
    switch node["tag"] ?? node.kind {
    case "DIBasicType":
      let bits = node.number("size") ?? 0
      let name = MangledName.identifier(node.string("name") ?? "integer")
      return bits == 0 ? .void : .integer(name: name, bits: bits, encoding: .unsigned)
    case "DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_member":
      return type(node.reference("baseType"), arguments: arguments)
    case "DW_TAG_pointer_type": return .pointer
    case "DW_TAG_array_type": return array(node, arguments)
    case "DW_TAG_enumeration_type": return enumeration(node, cases: elements(node))
    case "DW_TAG_structure_type": return structure(node, identifier, arguments)
    default: return Self.opaque(node)
    }
  }

  /// The generic arguments of a variable's type.
  func genericArguments(_ number: Int?) -> [KernelType] {
    guard let node = metadata.node(number) else { return [] }
    let own = parameters(node)
    if !own.isEmpty { return own.map { type($0) } }
    guard let inner = boundGeneric(node) else { return [] }
    return parameters(inner).map { type($0) }
  }

  private func structure(_ node: MetadataNode, _ identifier: String, _ arguments: [Argument]) -> KernelType {
    let members = elements(node)
    if Self.isTuple(identifier) { return tuple(members, arguments) }
    if Self.isPointer(identifier) { return .pointer }
    if let inner = boundGeneric(node) { return bound(node, to: inner, arguments) }
    if identifier.hasPrefix("$es11InlineArrayV"), let storage = members.first {
      return type(storage.reference("baseType"), arguments: arguments)
    }
    if members.contains(where: { $0["tag"] == "DW_TAG_variant_part" }) { return variants(node, members) }
    guard !members.isEmpty else { return withoutMembers(node, identifier) }
    return fields(node, members, arguments, name: name(node, identifier, arguments))
  }

  private func fields(
    _ node: MetadataNode, _ members: [MetadataNode], _ arguments: [Argument], name: String?
  ) -> KernelType {
    let fields = members.enumerated().map { i, member in
      KernelType.Member(
        name: MangledName.identifier(member.string("name") ?? "_\(i)"),
        type: type(member.reference("baseType"), arguments: arguments))
    }
    let bits = node.number("size")
    guard fields.allSatisfy(\.type.isLaidOut) else { return Self.unknown(bits: bits ?? 0) }
    // A struct around one raw value reads better as the value: option sets, addresses, ports.
    if fields.count == 1, fields[0].name == "rawValue" { return fields[0].type }
    let result = KernelType.structure(name: name.map { MangledName.identifier($0) }, members: fields, bits: nil)
    guard let bits, bits != result.bits else { return result }
    // C rounds the size of a struct up to its alignment, Swift does not.
    if bits == result.stride, case .structure(let name, let members, _) = result {
      return .structure(name: name, members: members, bits: bits)
    }
    return Self.unknown(bits: bits)
  }

  /// The type's name, with the names of what its generic parameters stand for.
  private func name(_ node: MetadataNode, _ identifier: String, _ arguments: [Argument]) -> String? {
    guard let name = node.string("name"), !name.hasPrefix("$") else { return nil }
    guard !arguments.isEmpty, identifier.hasSuffix("GD"), let mangled = MangledName(String(identifier.dropLast()))
    else { return name }
    return GenericName.plain(mangled.demangled, arguments: arguments.map(\.name))
  }

  /// What a generic argument of `number` is.
  private func argument(_ number: Int, _ outer: [Argument]) -> Argument {
    let node = metadata.node(number)
    let named = node.flatMap(boundGeneric) ?? node
    let identifier = named?.string("identifier") ?? named?.string("name") ?? ""
    if let parameter = Self.parameter(identifier), parameter < outer.count { return outer[parameter] }
    let demangled = MangledName(String(identifier.dropLast()))?.demangled ?? named?.string("name") ?? ""
    return Argument(
      name: GenericName.plain(demangled, arguments: outer.map(\.name)), type: type(number, arguments: outer))
  }

  private func tuple(_ members: [MetadataNode], _ arguments: [Argument]) -> KernelType {
    let types = members.map { type($0.reference("baseType"), arguments: arguments) }
    if let first = types.first, types.count > 1, types.allSatisfy({ $0 == first }) {
      return .array(first, count: types.count)
    }
    return .structure(
      name: nil, members: types.enumerated().map { .init(name: "_\($0)", type: $1) }, bits: nil)
  }

  private func array(_ node: MetadataNode, _ arguments: [Argument]) -> KernelType {
    let count = metadata.node(metadata.list(node.reference("elements")).first)?.number("count") ?? 0
    return .array(type(node.reference("baseType"), arguments: arguments), count: count)
  }

  /// A generic struct with its arguments filled in: the generic declaration's members, with the arguments put in.
  private func bound(_ node: MetadataNode, to inner: MetadataNode, _ outer: [Argument]) -> KernelType {
    let mangled = String((inner.string("name") ?? "").dropLast())
    let demangled = MangledName(mangled)?.demangled ?? ""
    if Self.isPointer(mangled) { return .pointer }
    let parameters = parameters(inner)
    if mangled.hasPrefix("$es11InlineArrayV") {
      let digits = demangled.number(after: "InlineArray<") ?? 0
      return .array(type(parameters.last, arguments: outer), count: digits)
    }
    guard let declaration = metadata.node(node.reference("specification")) else { return Self.opaque(node) }
    let filled = parameters.map { argument($0, outer) }
    let name = GenericName.plain(demangled, arguments: outer.map(\.name))
    let result = fields(declaration, elements(declaration), filled, name: name)
    guard let bits = node.number("size"), bits != result.bits else { return result }
    return Self.unknown(bits: bits)
  }

  /// An enum: cases without payload are numbers, one with payloads is not described.
  private func variants(_ node: MetadataNode, _ members: [MetadataNode]) -> KernelType {
    let cases = members.flatMap { elements($0) }
    let hasPayload = cases.contains { type($0.reference("baseType")).bits > 8 }
    guard node.number("size") == 8, !hasPayload else { return Self.opaque(node) }
    return enumeration(node, cases: cases)
  }

  private func enumeration(_ node: MetadataNode, cases: [MetadataNode]) -> KernelType {
    let names = cases.compactMap { $0.string("name") }.map { MangledName.identifier($0) }
    return .enumeration(
      name: MangledName.identifier(node.string("name") ?? "enumeration"), cases: names, bits: node.number("size") ?? 8)
  }

  /// A struct of C whose members are unnamed, such as `bpf_timer`, keeps its name: the kernel looks for it.
  private func withoutMembers(_ node: MetadataNode, _ identifier: String) -> KernelType {
    guard let bits = node.number("size"), bits > 0 else { return .void }
    guard identifier.hasPrefix("$eSo"), let name = node.string("name"), !name.hasPrefix("__Un") else {
      return Self.opaque(node)
    }
    let contents = KernelType.opaque(bits: bits, alignment: Self.alignment(of: bits))
    return .structure(
      name: MangledName.identifier(name), members: [.init(name: "__opaque", type: contents)], bits: nil)
  }

  /// The node inside a sized container without a name: a generic type with its arguments.
  private func boundGeneric(_ node: MetadataNode) -> MetadataNode? {
    guard node["specification"] != nil, node["name"] == nil else { return nil }
    let members = elements(node)
    guard members.count == 1, members[0]["name"] == nil else { return nil }
    return metadata.node(members[0].reference("baseType"))
  }

  private func elements(_ node: MetadataNode) -> [MetadataNode] {
    metadata.list(node.reference("elements")).compactMap { metadata.node($0) }
  }

  private func parameters(_ node: MetadataNode) -> [Int] {
    metadata.list(node.reference("templateParams")).compactMap { metadata.node($0)?.reference("type") }
  }

  private static func opaque(_ node: MetadataNode) -> KernelType {
    guard let bits = node.number("size"), bits > 0 else { return .void }
    return bits <= 8 ? .uint8 : unknown(bits: bits)
  }

  /// Whole bytes of which nothing else is known.
  private static func unknown(bits: Int) -> KernelType { .opaque(bits: (bits + 7) / 8 * 8, alignment: nil) }

  private static func alignment(of bits: Int) -> Int { [64, 32, 16].first { bits % $0 == 0 } ?? 8 }

  /// The number of a generic parameter: `x` is the first, `q_` the second, `q0_` the third.
  private static func parameter(_ identifier: String) -> Int? {
    switch identifier {
    case "$exD": 0
    case "$eq_D": 1
    case "$eq0_D": 2
    default: nil
    }
  }

  private static func isTuple(_ identifier: String) -> Bool { identifier.hasPrefix("$e") && identifier.hasSuffix("tD") }

  /// `UnsafeMutablePointer`, `UnsafePointer`, their raw forms and optionals of them.
  private static func isPointer(_ identifier: String) -> Bool {
    ["$eSp", "$eSP", "$eSv", "$eSV"].contains { identifier.hasPrefix($0) }
  }
}
