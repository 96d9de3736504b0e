/// Maps of a `.maps` section in libbpf's form: each variable is a struct whose members' types carry the numbers,
/// `int (*max_entries)[1024]` for a number and `struct key *key` for a type.
struct MapDefinitions {
  let btf: BTF

  /// The maps, in the order of the section.
  func maps() throws(ObjectError) -> [MapSpec] {
    guard let section = btf.types.first(where: { $0.name == ".maps" && $0.isDataSection }),
      case .dataSection(_, let variables) = section.body
    else { throw ObjectError("has a .maps section that its BTF does not describe") }
    var maps: [MapSpec] = []
    for variable in variables {
      guard let type = btf[variable.type], case .variable(let definition, _) = type.body else {
        throw ObjectError(".maps holds something that is no variable")
      }
      maps.append(try map(type.name, definition, depth: 0))
    }
    return maps
  }

  private func map(_ name: String, _ definition: BTFTypeID, depth: Int) throws(ObjectError) -> MapSpec {
    guard case .structure(_, let members, _) = btf[btf.resolve(definition)]?.body else {
      throw ObjectError("map \(name): its definition is no struct")
    }
    var map = MapSpec(name: name, type: MapType(rawValue: 0), keySize: 0, valueSize: 0, maxEntries: 0)
    for member in members { try apply(member, to: &map, depth: depth) }
    guard map.type.rawValue != 0 else { throw ObjectError("map \(name): no type") }
    return map
  }

  private func apply(_ member: BTFType.Member, to map: inout MapSpec, depth: Int) throws(ObjectError) {
    switch member.name {
    case "type": map.type = MapType(rawValue: try number(member, of: map))
    case "max_entries": map.maxEntries = try number(member, of: map)
    case "map_flags": map.flags = MapFlags(rawValue: try number(member, of: map))
    case "key_size": map.keySize = try agreed(try number(member, of: map), map.keySize, member, map)
    case "value_size": map.valueSize = try agreed(try number(member, of: map), map.valueSize, member, map)
    case "key":
      map.keyType = try pointee(member, of: map)
      map.keySize = try agreed(try size(map.keyType, member, map), map.keySize, member, map)
    case "value":
      map.valueType = try pointee(member, of: map)
      map.valueSize = try agreed(try size(map.valueType, member, map), map.valueSize, member, map)
    case "pinning":
      let number = try number(member, of: map)
      guard let pinning = MapSpec.Pinning(rawValue: number) else {
        throw ObjectError("map \(map.name): pinning \(number) is neither 0 (none) nor 1 (by name)")
      }
      map.pinning = pinning
    case "values":
      map.inner = try inner(member, of: map, depth: depth)
    default:
      throw ObjectError("map \(map.name): unknown member \(member.name) in its definition")
    }
  }

  /// `struct inner *values[]`; for a program array, function pointers, which say nothing.
  private func inner(_ member: BTFType.Member, of map: MapSpec, depth: Int) throws(ObjectError) -> [MapSpec] {
    guard depth == 0, case .array(let element, _, _) = btf[btf.resolve(member.type)]?.body,
      case .pointer(let target) = btf[btf.resolve(element)]?.body
    else { throw ObjectError("map \(map.name): values is no array of pointers to maps") }
    if case .prototype = btf[btf.resolve(target)]?.body { return [] }
    return [try self.map(map.name + ".inner", target, depth: depth + 1)]
  }

  /// The element count of the array that the member points to.
  private func number(_ member: BTFType.Member, of map: MapSpec) throws(ObjectError) -> UInt32 {
    guard case .pointer(let array) = btf[btf.resolve(member.type)]?.body,
      case .array(_, _, let count) = btf[btf.resolve(array)]?.body
    else { throw ObjectError("map \(map.name): \(member.name) is no pointer to an array") }
    return count
  }

  private func pointee(_ member: BTFType.Member, of map: MapSpec) throws(ObjectError) -> BTFTypeID {
    guard case .pointer(let target) = btf[btf.resolve(member.type)]?.body else {
      throw ObjectError("map \(map.name): \(member.name) is no pointer")
    }
    return target
  }

  private func size(_ type: BTFTypeID, _ member: BTFType.Member, _ map: MapSpec) throws(ObjectError) -> UInt32 {
    guard let size = btf.size(of: type), let size = UInt32(exactly: size) else {
      throw ObjectError("map \(map.name): the type of its \(member.name) has no size")
    }
    return size
  }

  private func agreed(
    _ size: UInt32, _ before: UInt32, _ member: BTFType.Member, _ map: MapSpec
  ) throws(ObjectError) -> UInt32 {
    guard before == 0 || before == size else {
      throw ObjectError("map \(map.name): \(member.name) says \(size) bytes, another member \(before)")
    }
    return size
  }
}

extension BTFType {
  var isDataSection: Bool {
    if case .dataSection = body { true } else { false }
  }
}
