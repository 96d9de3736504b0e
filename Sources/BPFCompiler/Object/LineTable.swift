/// Which source line an instruction comes from, out of `.BTF.ext` (Documentation/bpf/btf.rst of the kernel).
struct LineTable {
  private struct Entry {
    var offset: Int
    var location: SourceLocation
  }

  private var entries: [String: [Entry]] = [:]

  /// Empty when the object has no debug information.
  init(_ object: ELFObject) throws(CompilerError) {
    guard let types = object.section(".BTF"), let lines = object.section(".BTF.ext") else { return }
    let reader = object.reader
    let strings =
      try types.offset + reader.number(UInt32.self, at: types.offset + 4)
      + reader.number(UInt32.self, at: types.offset + 16)
    let header = try reader.number(UInt32.self, at: lines.offset + 4)
    var at = try lines.offset + header + reader.number(UInt32.self, at: lines.offset + 16)
    let end = try at + reader.number(UInt32.self, at: lines.offset + 20)
    guard at < end else { return }
    let size = try reader.number(UInt32.self, at: at)
    guard size >= 16 else { throw .unreadableObject("its line records have \(size) bytes") }
    at += 4
    while at < end {
      let section = try reader.string(at: strings + reader.number(UInt32.self, at: at))
      let count = try reader.number(UInt32.self, at: at + 4)
      at += 8
      for _ in 0..<count {
        let file = try reader.string(at: strings + reader.number(UInt32.self, at: at + 4))
        let place = try reader.number(UInt32.self, at: at + 12)
        let location = SourceLocation(file: file, line: place >> 10, column: place & 0x3FF)
        entries[section, default: []].append(Entry(offset: try reader.number(UInt32.self, at: at), location: location))
        at += size
      }
    }
  }

  /// The line of the instruction at that offset in bytes; nil in code that nobody wrote.
  func location(section: String, offset: Int) -> SourceLocation? {
    let location = entries[section]?.last { $0.offset <= offset }?.location
    return location.flatMap { $0.line == 0 || $0.file.hasPrefix("<") ? nil : $0 }
  }
}
