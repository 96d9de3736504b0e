extension BTF {
  /// An integer of 8, 16, 32, 64 or 128 bits.
  public mutating func addInteger(_ name: String, bits: UInt32, isSigned: Bool = false) -> BTFTypeID {
    add(BTFType(name, .integer(size: bits / 8, encoding: (isSigned ? 1 << 24 : 0) | bits)))
  }

  /// `count` elements; `index` is the number of any integer type.
  public mutating func addArray(of element: BTFTypeID, count: UInt32, index: BTFTypeID) -> BTFTypeID {
    add(BTFType(.array(element: element, index: index, count: count)))
  }

  /// A struct of `size` bytes; the members' offsets here in bytes.
  public mutating func addStructure(
    _ name: String, size: UInt32, _ members: [(name: String, type: BTFTypeID, offset: UInt32)]
  ) -> BTFTypeID {
    let members = members.map { BTFType.Member($0.name, $0.type, offset: $0.offset * 8) }
    return add(BTFType(name, .structure(size: size, members: members, hasBitFields: false)))
  }

  /// A function without parameters that returns `returns`.
  public mutating func addFunction(_ name: String, returns: BTFTypeID, isGlobal: Bool) -> BTFTypeID {
    let prototype = add(BTFType(.prototype(returns: returns, parameters: [])))
    return add(BTFType(name, .function(prototype: prototype, linkage: isGlobal ? 1 : 0)))
  }
}
