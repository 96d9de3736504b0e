/// The BPF type format: types by number, and the strings they share with line records.
public struct BTF: Sendable, Hashable {
  /// Types by number; number 0 is void.
  public internal(set) var types: [BTFType]
  var strings: BTFStrings

  /// Nothing but void.
  public init() {
    types = [BTFType(.void)]
    strings = BTFStrings()
  }

  /// From the bytes of a `.BTF` section.
  public init(parsing bytes: [UInt8]) throws(ObjectError) {
    let reader = ByteReader(bytes: bytes, what: "BTF")
    guard try reader.integer(UInt16.self, at: 0) == BTF.magic else { throw ObjectError("BTF: wrong magic number") }
    let header = try reader.size(UInt32.self, at: 4)
    let typeStart = header + (try reader.size(UInt32.self, at: 8))
    let typeCount = try reader.size(UInt32.self, at: 12)
    let stringStart = header + (try reader.size(UInt32.self, at: 16))
    let stringCount = try reader.size(UInt32.self, at: 20)
    strings = try BTFStrings(try reader.slice(at: stringStart, count: stringCount))
    types = [BTFType(.void)]
    let parser = BTFParser(
      reader: ByteReader(bytes: try reader.slice(at: typeStart, count: typeCount), what: "BTF types"),
      strings: strings)
    var offset = 0
    while offset < typeCount { types.append(try parser.type(at: &offset)) }
  }

  /// Adds a type and returns its number.
  public mutating func add(_ type: BTFType) -> BTFTypeID {
    types.append(type)
    return BTFTypeID(truncatingIfNeeded: types.count - 1)
  }

  /// The type of that number; nil outside.
  public subscript(_ id: BTFTypeID) -> BTFType? {
    Int(id) < types.count ? types[Int(id)] : nil
  }

  /// The number behind typedefs, qualifiers and tags; a chain longer than any real one ends where it is.
  public func resolve(_ id: BTFTypeID) -> BTFTypeID {
    var id = id
    for _ in 0..<32 {
      switch self[id]?.body {
      case .typedef(let target), .volatile(let target), .const(let target), .restrict(let target),
        .typeTag(let target):
        id = target
      default:
        return id
      }
    }
    return id
  }

  /// Size in bytes of a value of the type; nil for void, functions and what garbage describes.
  public func size(of id: BTFTypeID) -> Int? { size(of: id, depth: 0) }

  private func size(of id: BTFTypeID, depth: Int) -> Int? {
    guard depth < 32 else { return nil }
    switch self[resolve(id)]?.body {
    case .integer(let size, _), .structure(let size, _, _), .union(let size, _, _), .enumeration(let size, _, _),
      .enumeration64(let size, _, _), .float(let size), .dataSection(let size, _):
      return Int(size)
    case .pointer:
      return 8
    case .array(let element, _, let count):
      guard let one = size(of: element, depth: depth + 1) else { return nil }
      let (total, overflow) = one.multipliedReportingOverflow(by: Int(count))
      return overflow ? nil : total
    case .variable(let type, _):
      return size(of: type, depth: depth + 1)
    default:
      return nil
    }
  }

  static let magic: UInt16 = 0xeb9f
}
