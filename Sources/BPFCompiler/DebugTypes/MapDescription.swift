/// A map in libbpf's BTF format: a struct whose members' types carry the facts (libbpf's `__uint` and `__type`).
struct MapDescription {
  var name: String
  var definition: MapDefinition
  /// Key and value, or the value of a map whose key is a `UInt32`.
  var types: [KernelType]
  var location: SourceLocation?

  /// Adds the struct and gives its node.
  func emit(
    in metadata: inout MetadataTable, _ emitter: inout KernelTypeEmitter, _ diagnostics: inout [Diagnostic]
  ) -> Int {
    let int = KernelType.integer(name: "Int32", bits: 32, encoding: .signed)
    var members: [(name: String, node: Int)] = []
    func add(_ name: String, number: Int) {
      members.append((name, emitter.pointer(to: .array(int, count: number), in: &metadata)))
    }
    add("type", number: definition.type)
    add("max_entries", number: definition.maxEntries)
    if definition.flags != 0 { add("map_flags", number: definition.flags) }
    if let (key, value) = checkedTypes(&diagnostics) {
      members.append(("key", emitter.pointer(to: key, in: &metadata)))
      members.append(("value", emitter.pointer(to: value, in: &metadata)))
    } else if definition.keySize != 0 || definition.valueSize != 0 {
      add("key_size", number: definition.keySize)
      add("value_size", number: definition.valueSize)
    }
    return emitter.structure(ofPointers: members, in: &metadata)
  }

  /// Key and value where the kernel takes types for them and they are as long as the map says.
  private func checkedTypes(_ diagnostics: inout [Diagnostic]) -> (key: KernelType, value: KernelType)? {
    let checks = MapChecks(name: name)
    diagnostics += checks.refused(by: definition).map { Diagnostic(.error, at: location, $0) }
    guard definition.takesTypes, let value = types.last, types.count <= 2 else { return nil }
    let key = types.count == 2 ? types[0] : .uint32
    diagnostics += checks.refused(key: key, value: value).map { Diagnostic(.error, at: location, $0) }
    guard key.bits == definition.keySize * 8, value.bits == definition.valueSize * 8 else {
      diagnostics.append(
        Diagnostic(
          .warning, at: location,
          "map \(name) is not described to the kernel: its types make \(key.bits / 8) and \(value.bits / 8) bytes, "
            + "the definition says \(definition.keySize) and \(definition.valueSize)"))
      return nil
    }
    return (key, value)
  }
}
