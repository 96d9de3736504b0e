/// The standard library's numbers by their mangled names.
enum StandardTypes {
  static func type(mangled: String) -> KernelType? { types[mangled] }

  private static let types: [String: KernelType] = [
    "$es5UInt8VD": .uint8,
    "$es6UInt16VD": .integer(name: "UInt16", bits: 16, encoding: .unsigned),
    "$es6UInt32VD": .uint32,
    "$es6UInt64VD": .uint64,
    "$es7UInt128VD": .integer(name: "UInt128", bits: 128, encoding: .unsigned),
    "$eSuD": .integer(name: "UInt", bits: 64, encoding: .unsigned),
    "$es4Int8VD": .integer(name: "Int8", bits: 8, encoding: .signed),
    "$es5Int16VD": .integer(name: "Int16", bits: 16, encoding: .signed),
    "$es5Int32VD": .integer(name: "Int32", bits: 32, encoding: .signed),
    "$es5Int64VD": .integer(name: "Int64", bits: 64, encoding: .signed),
    "$es6Int128VD": .integer(name: "Int128", bits: 128, encoding: .signed),
    "$eSiD": .integer(name: "Int", bits: 64, encoding: .signed),
    "$eSbD": .integer(name: "Bool", bits: 8, encoding: .boolean),
  ]
}
