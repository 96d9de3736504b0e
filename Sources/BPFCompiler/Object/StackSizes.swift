/// How much stack each function takes, out of `.stack_sizes` (clang's -fstack-size-section).
struct StackSizes {
  /// In bytes, by the code section and the offset in it.
  private(set) var sizes: [ELFObject.Place: Int] = [:]

  init(_ object: ELFObject) throws(CompilerError) {
    for (index, section) in object.sections.enumerated() where section.name == ".stack_sizes" {
      let code = section.link
      let relocations = try object.relocations(of: index)
      var at = section.offset
      while at < section.offset + section.size {
        // An entry is the function's address, to be relocated, and a ULEB128 number of bytes.
        var offset = try object.reader.number(UInt64.self, at: at)
        if let symbol = relocations[at - section.offset] { offset += try object.symbol(symbol).value }
        at += 8
        let size = try Self.uleb128(object.reader, &at)
        sizes[ELFObject.Place(section: code, offset: offset)] = size
      }
    }
  }

  private static func uleb128(_ reader: ByteReader, _ at: inout Int) throws(CompilerError) -> Int {
    var result = 0
    for shift in stride(from: 0, to: 56, by: 7) {
      let byte = try reader.number(UInt8.self, at: at)
      at += 1
      result |= (byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
    }
    throw .unreadableObject("a stack size is out of range")
  }
}
