/// Number of a type in its BTF; 0 is void.
public typealias BTFTypeID = UInt32

/// One type of BTF (kernel documentation, bpf/btf.rst).
public struct BTFType: Sendable, Hashable {
  public var name: String
  public var body: Body

  public init(_ body: Body) { self.init("", body) }

  public init(_ name: String, _ body: Body) {
    self.name = name
    self.body = body
  }

  public enum Body: Sendable, Hashable {
    case void
    /// `encoding` is the word of linux/btf.h: bits in the low byte, bit offset above, signedness in bit 24.
    case integer(size: UInt32, encoding: UInt32)
    case pointer(BTFTypeID)
    case array(element: BTFTypeID, index: BTFTypeID, count: UInt32)
    case structure(size: UInt32, members: [Member], hasBitFields: Bool)
    case union(size: UInt32, members: [Member], hasBitFields: Bool)
    case enumeration(size: UInt32, values: [Enumerator], isSigned: Bool)
    case enumeration64(size: UInt32, values: [Enumerator], isSigned: Bool)
    case forward(isUnion: Bool)
    case typedef(BTFTypeID)
    case volatile(BTFTypeID)
    case const(BTFTypeID)
    case restrict(BTFTypeID)
    case function(prototype: BTFTypeID, linkage: UInt16)
    case prototype(returns: BTFTypeID, parameters: [Parameter])
    case variable(BTFTypeID, linkage: UInt32)
    case dataSection(size: UInt32, variables: [SectionVariable])
    case float(size: UInt32)
    case declarationTag(BTFTypeID, component: UInt32)
    case typeTag(BTFTypeID)
  }

  /// A field; `offset` is in bits, with the field's bit width in the top byte where the struct has bit fields.
  public struct Member: Sendable, Hashable {
    public var name: String
    public var type: BTFTypeID
    public var offset: UInt32

    public init(_ name: String, _ type: BTFTypeID, offset: UInt32) {
      self.name = name
      self.type = type
      self.offset = offset
    }
  }

  public struct Enumerator: Sendable, Hashable {
    public var name: String
    /// Sign- or zero-extended to 64 bits.
    public var value: Int64

    public init(_ name: String, _ value: Int64) {
      self.name = name
      self.value = value
    }
  }

  public struct Parameter: Sendable, Hashable {
    public var name: String
    public var type: BTFTypeID

    public init(_ name: String, _ type: BTFTypeID) {
      self.name = name
      self.type = type
    }
  }

  /// A variable in a data section; `offset` and `size` in bytes.
  public struct SectionVariable: Sendable, Hashable {
    public var type: BTFTypeID
    public var offset: UInt32
    public var size: UInt32

    public init(_ type: BTFTypeID, offset: UInt32, size: UInt32) {
      self.type = type
      self.offset = offset
      self.size = size
    }
  }
}

/// `BTF_KIND_*` of linux/btf.h.
enum BTFKind: UInt32 {
  case void = 0
  case integer = 1
  case pointer = 2
  case array = 3
  case structure = 4
  case union = 5
  case enumeration = 6
  case forward = 7
  case typedef = 8
  case volatile = 9
  case const = 10
  case restrict = 11
  case function = 12
  case prototype = 13
  case variable = 14
  case dataSection = 15
  case float = 16
  case declarationTag = 17
  case typeTag = 18
  case enumeration64 = 19

  /// Bytes that follow the common 12 of a type with `count` parts.
  func trailingSize(_ count: Int) -> Int {
    switch self {
    case .integer, .variable, .declarationTag: 4
    case .array: 12
    case .structure, .union, .dataSection, .enumeration64: 12 * count
    case .enumeration, .prototype: 8 * count
    default: 0
    }
  }
}
