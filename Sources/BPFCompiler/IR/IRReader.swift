/// Text of LLVM IR → `IRModule`.
struct IRReader {
  private var lines: ArraySlice<Substring>
  private var module = IRModule()

  /// Reads what `swiftc -emit-ir` prints.
  static func read(_ text: String) throws(CompilerError) -> IRModule {
    var reader = IRReader(lines: Self.split(text)[...])
    while let line = reader.lines.popFirst() { try reader.read(line) }
    return reader.module
  }

  private static func split(_ text: String) -> [Substring] {
    var result: [Substring] = []
    var rest = text.startIndex
    while let newline = text.range(of: "\n", from: rest) {
      result.append(text[rest..<newline.lowerBound])
      rest = newline.upperBound
    }
    if rest < text.endIndex { result.append(text[rest...]) }
    return result
  }

  private mutating func read(_ line: Substring) throws(CompilerError) {
    switch line.utf8.first {
    case nil, UInt8(ascii: ";"), UInt8(ascii: "$"): return
    case UInt8(ascii: "@"):
      // A method that nothing calls is left as an alias of a stub.
      if !line.has(" alias ") || !line.hasSuffix("@_swift_dead_method_stub") {
        module.globals.append(try global(String(line)))
      }
    case UInt8(ascii: "!"): module.metadata.read(String(line))
    default:
      if line.hasPrefix("define ") {
        module.functions.append(try function(String(line)))
      } else if line.hasPrefix("declare ") {
        let signature = try signature(String(line.dropFirst("declare ".count)))
        module.declarations[signature.symbol ?? signature.callee] = signature
      } else if line.hasPrefix("attributes #") {
        readAttributes(String(line))
      } else if !line.hasPrefix("source_filename") {
        module.head.append(String(line))
      }
    }
  }

  private func global(_ line: String) throws(CompilerError) -> IRGlobal {
    guard let (name, end) = IRSymbol.name(at: line.startIndex, in: line),
      let equals = line.range(of: " = ", from: end)
    else { throw .unreadableIR(line) }
    let pieces = Tokens.commaSeparated(line[equals.upperBound...])
    var tokens = Tokens.spaceSeparated(pieces.first ?? "")
    guard let kind = tokens.firstIndex(where: { $0 == "global" || $0 == "constant" }) else {
      throw .unreadableIR(line)
    }
    var result = IRGlobal(
      name: name, markers: Array(tokens[..<kind]), isConstant: tokens[kind] == "constant", contents: "")
    tokens.removeSubrange(...kind)
    result.contents = tokens.joined(separator: " ")
    for piece in pieces.dropFirst() {
      if piece.hasPrefix("section ") { result.section = piece.dropFirst("section ".count).unquoted }
      if piece.hasPrefix("align ") { result.alignment = String(piece.dropFirst("align ".count)) }
      if piece.hasPrefix("!dbg !") { result.debug = Int(piece.dropFirst("!dbg !".count)) }
    }
    return result
  }

  private mutating func function(_ line: String) throws(CompilerError) -> IRFunction {
    let signature = try signature(String(line.dropFirst("define ".count)))
    var body: [String] = []
    while let next = lines.popFirst(), next != "}" {
      if !next.isEmpty { body.append(String(next)) }
    }
    let suffix = signature.suffix
    var result = IRFunction(signature: signature, lines: body)
    if let section = suffix.range(of: " section \"") {
      result.section = String(suffix[section.upperBound...].prefix { $0 != "\"" })
    }
    result.debug = suffix.number(after: "!dbg !")
    result.attributes = suffix.number(after: " #")
    result.signature.suffix = ""
    return result
  }

  private func signature(_ text: String) throws(CompilerError) -> IRSignature {
    guard let signature = IRSignature(parsing: text), signature.symbol != nil else { throw .unreadableIR(text) }
    return signature
  }

  private mutating func readAttributes(_ line: String) {
    guard let number = line.number(after: "attributes #"), let open = line.range(of: "{ "),
      let close = line.utf8.lastIndex(of: UInt8(ascii: "}"))
    else { return }
    module.attributeGroups[number] = line[open.upperBound..<close].trimmed
  }
}

extension StringProtocol {
  /// The decimal number that follows the first `marker`.
  func number(after marker: StaticString) -> Int? {
    guard let hit = range(of: marker) else { return nil }
    return Int(self[hit.upperBound...].prefix { $0.isNumber })
  }

  /// The text without the quotation marks around it.
  var unquoted: String { String(dropFirst().dropLast()) }
}
