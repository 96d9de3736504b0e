/// Writes `KernelType`s as debug information, each once.
struct KernelTypeEmitter {
  private var written: [KernelType: Int] = [:]

  /// The node of a type; bytes stand for what has none.
  mutating func node(_ type: KernelType, in metadata: inout MetadataTable) -> Int {
    if let known = written[type] { return known }
    let number = metadata.add(description(of: type, in: &metadata))
    written[type] = number
    return number
  }

  /// A pointer to `type`; in libbpf's map format the way to name a type, or with an array a number.
  mutating func pointer(to type: KernelType, in metadata: inout MetadataTable) -> Int {
    let target = node(type, in: &metadata)
    return metadata.add(MetadataNode("DIDerivedType", Self.pointerFields(base: "!\(target)")))
  }

  /// A struct of members whose nodes are at hand, all of a pointer's width.
  mutating func structure(ofPointers members: [(name: String, node: Int)], in metadata: inout MetadataTable) -> Int {
    let nodes = members.enumerated().map { i, member in
      metadata.add(Self.member(member.name, base: member.node, bits: 64, offset: i * 64))
    }
    let list = metadata.add(list: nodes)
    return metadata.add(Self.composite("structure", name: nil, bits: members.count * 64, elements: list))
  }

  private mutating func description(of type: KernelType, in metadata: inout MetadataTable) -> MetadataNode {
    switch type {
    case .void:
      return MetadataNode("DIBasicType", [("name", "\"UInt8\""), ("size", "8"), ("encoding", "DW_ATE_unsigned")])
    case .integer(let name, let bits, let encoding):
      return MetadataNode(
        "DIBasicType", [("name", "\"\(name)\""), ("size", "\(bits)"), ("encoding", encoding.rawValue)])
    case .pointer: return MetadataNode("DIDerivedType", Self.pointerFields(base: "null"))
    case .array(let element, let count):
      return array(of: node(element, in: &metadata), count: count, bits: type.bits, in: &metadata)
    case .opaque(let bits, _):
      return array(of: node(.uint8, in: &metadata), count: bits / 8, bits: bits, in: &metadata)
    case .enumeration(let name, let cases, let bits):
      let values = cases.enumerated().map { i, name in
        metadata.add(
          MetadataNode("DIEnumerator", [("name", "\"\(name)\""), ("value", "\(i)"), ("isUnsigned", "true")]))
      }
      return Self.composite("enumeration", name: name, bits: bits, elements: metadata.add(list: values))
    case .structure(let name, let members, _):
      let nodes = zip(members, KernelType.offsets(members)).map { member, offset in
        let base = node(member.type, in: &metadata)
        return metadata.add(Self.member(member.name, base: base, bits: member.type.bits, offset: offset))
      }
      return Self.composite("structure", name: name, bits: type.bits, elements: metadata.add(list: nodes))
    }
  }

  private func array(of element: Int, count: Int, bits: Int, in metadata: inout MetadataTable) -> MetadataNode {
    let range = metadata.add(MetadataNode("DISubrange", [("count", "\(count)")]))
    var node = Self.composite("array", name: nil, bits: bits, elements: metadata.add(list: [range]))
    node["baseType"] = "!\(element)"
    return node
  }

  private static func composite(_ tag: String, name: String?, bits: Int, elements: Int) -> MetadataNode {
    var node = MetadataNode(
      "DICompositeType", [("tag", "DW_TAG_\(tag)_type"), ("size", "\(bits)"), ("elements", "!\(elements)")])
    if let name { node["name"] = "\"\(name)\"" }
    return node
  }

  private static func member(_ name: String, base: Int, bits: Int, offset: Int) -> MetadataNode {
    MetadataNode(
      "DIDerivedType",
      [
        ("tag", "DW_TAG_member"), ("name", "\"\(name)\""), ("baseType", "!\(base)"), ("size", "\(bits)"),
        ("offset", "\(offset)"),
      ])
  }

  private static func pointerFields(base: String) -> [(String, String)] {
    [("tag", "DW_TAG_pointer_type"), ("baseType", base), ("size", "64")]
  }
}
