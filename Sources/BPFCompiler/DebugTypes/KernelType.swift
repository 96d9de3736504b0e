/// A type as BTF can describe it, with the layout that Swift gives it on BPF. Sizes and alignments are in bits.
indirect enum KernelType: Hashable, Sendable {
  /// No type: of a function that returns nothing, of an empty struct.
  case void
  case integer(name: String, bits: Int, encoding: Encoding)
  /// 64 bits; what it points to is not described.
  case pointer
  case array(KernelType, count: Int)
  case structure(name: String?, members: [Member], bits: Int?)
  /// Memory holds the index of the case, whatever its raw value.
  case enumeration(name: String, cases: [String], bits: Int)
  /// Bytes whose inside is not described; the alignment is nil where it is not known.
  case opaque(bits: Int, alignment: Int?)

  enum Encoding: String, Hashable, Sendable {
    case unsigned = "DW_ATE_unsigned"
    case signed = "DW_ATE_signed"
    case boolean = "DW_ATE_boolean"
  }

  struct Member: Hashable, Sendable {
    var name: String
    var type: KernelType
  }

  static let uint8 = KernelType.integer(name: "UInt8", bits: 8, encoding: .unsigned)
  static let uint32 = KernelType.integer(name: "UInt32", bits: 32, encoding: .unsigned)
  static let uint64 = KernelType.integer(name: "UInt64", bits: 64, encoding: .unsigned)

  var bits: Int {
    switch self {
    case .void: 0
    case .integer(_, let bits, _), .enumeration(_, _, let bits), .opaque(let bits, _): bits
    case .pointer: 64
    case .array(let element, let count): element.stride * count
    case .structure(_, let members, let bits): bits ?? Self.packed(members)
    }
  }

  var alignment: Int {
    switch self {
    case .void: 8
    case .integer(_, let bits, _), .enumeration(_, _, let bits): max(8, bits)
    case .pointer: 64
    case .array(let element, _): element.alignment
    case .structure(_, let members, _): members.map(\.type.alignment).max() ?? 8
    case .opaque(_, let alignment): alignment ?? 8
    }
  }

  /// The distance from one element of an array to the next.
  var stride: Int { Self.roundUp(bits, to: alignment) }

  /// Whether it is known where everything lies.
  var isLaidOut: Bool {
    switch self {
    case .void, .integer, .pointer, .enumeration: true
    case .opaque(_, let alignment): alignment != nil
    case .array(let element, _): element.isLaidOut
    case .structure(_, let members, _): members.allSatisfy(\.type.isLaidOut)
    }
  }

  /// Whether bytes that no field owns lie inside, or behind it up to its alignment.
  var hasPadding: Bool {
    switch self {
    case .void, .integer, .pointer, .enumeration, .opaque: return false
    case .array(let element, _): return element.hasPadding
    case .structure(_, let members, _):
      let fields = members.reduce(0) { $0 + $1.type.bits }
      return stride != fields || members.contains { $0.type.hasPadding }
    }
  }

  /// The name of an enum that lies inside.
  var enumeration: String? {
    switch self {
    case .void, .integer, .pointer, .opaque: nil
    case .enumeration(let name, _, _): name
    case .array(let element, _): element.enumeration
    case .structure(_, let members, _): members.lazy.compactMap(\.type.enumeration).first
    }
  }

  /// Offsets of members laid one behind the other, each at its alignment.
  static func offsets(_ members: [Member]) -> [Int] {
    var end = 0
    return members.map { member in
      let offset = roundUp(end, to: member.type.alignment)
      end = offset + member.type.bits
      return offset
    }
  }

  private static func packed(_ members: [Member]) -> Int {
    (offsets(members).last ?? 0) + (members.last?.type.bits ?? 0)
  }

  private static func roundUp(_ bits: Int, to alignment: Int) -> Int { (bits + alignment - 1) / alignment * alignment }
}
