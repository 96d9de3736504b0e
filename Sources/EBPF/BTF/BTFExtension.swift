/// A `.BTF.ext` section: function and line records by the code section they belong to (bpf/btf.rst).
struct BTFExtension {
  /// Records of one code section; each starts with a byte offset into that section.
  struct Records {
    let recordSize: Int
    let records: [[UInt8]]
  }

  let functions: [String: Records]
  let lines: [String: Records]

  static let none = BTFExtension(functions: [:], lines: [:])

  private init(functions: [String: Records], lines: [String: Records]) {
    self.functions = functions
    self.lines = lines
  }

  init(parsing bytes: [UInt8], strings: BTFStrings) throws(ObjectError) {
    let reader = ByteReader(bytes: bytes, what: ".BTF.ext")
    guard try reader.integer(UInt16.self, at: 0) == BTF.magic else { throw ObjectError(".BTF.ext: wrong magic number") }
    let header = try reader.size(UInt32.self, at: 4)
    functions = try BTFExtension.records(reader, strings, header, field: 8)
    lines = try BTFExtension.records(reader, strings, header, field: 16)
    if header >= 32, try reader.size(UInt32.self, at: 28) > 4 {
      throw ObjectError("has CO-RE relocations, which this loader does not apply")
    }
  }

  private static func records(
    _ reader: ByteReader, _ strings: BTFStrings, _ header: Int, field: Int
  ) throws(ObjectError) -> [String: Records] {
    let start = header + (try reader.size(UInt32.self, at: field))
    let range = try reader.range(at: start, count: try reader.size(UInt32.self, at: field + 4))
    guard range.count > 4 else { return [:] }
    let recordSize = try reader.size(UInt32.self, at: range.lowerBound)
    guard (8...256).contains(recordSize) else { throw ObjectError(".BTF.ext: records of \(recordSize) bytes") }
    var result: [String: Records] = [:]
    var offset = range.lowerBound + 4
    while offset < range.upperBound {
      let nameOffset = try reader.integer(UInt32.self, at: offset)
      guard let section = strings.string(at: nameOffset) else { throw ObjectError(".BTF.ext: a section has no name") }
      let count = try reader.size(UInt32.self, at: offset + 4)
      offset += 8
      var records: [[UInt8]] = []
      for _ in 0..<count {
        records.append(try reader.slice(at: offset, count: recordSize))
        offset += recordSize
      }
      result[section] = Records(recordSize: recordSize, records: records)
    }
    return result
  }
}
