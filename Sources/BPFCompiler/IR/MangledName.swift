import Glibc

/// A symbol in Swift's mangling and the short name to be read off it.
struct MangledName {
  private let symbol: String
  /// As `swift demangle` prints it.
  let demangled: String

  /// Nil when the symbol is not a mangled Swift name.
  init?(_ symbol: String) {
    guard symbol.hasPrefix("$e") || symbol.hasPrefix("$s"), let text = Self.demangle(symbol), text != symbol
    else { return nil }
    self.symbol = symbol
    demangled = text
  }

  /// A C identifier: the path without the module, and what a generic function was specialised for.
  var plain: String {
    if symbol.hasSuffix("vp") || symbol.hasSuffix("vpZ") {
      let name = demangled.range(of: " : ").map { demangled[..<$0.lowerBound] } ?? Substring(demangled)
      return Self.identifier(name.split(separator: ".").last ?? name)
    }
    var text = Substring(demangled)
    let arguments = Self.dropDescriptions(&text)
    var name = ""
    if text.hasPrefix("closure #"), let enclosing = text.range(of: " in ") {
      name = "closure_\(text.dropFirst("closure #".count).prefix { $0.isNumber })_"
      text = text[enclosing.upperBound...]
      _ = Self.dropDescriptions(&text)
    }
    return Self.identifier(([name + Self.path(text)] + arguments).joined(separator: "_"))
  }

  /// Drops `static `, `generic specialization <...> of ` and their like; gives what the specialisation is for.
  private static func dropDescriptions(_ text: inout Substring) -> [String] {
    var arguments: [String] = []
    while let word = descriptions.first(where: { text.hasPrefix($0) }) {
      if word.hasSuffix("<"), let of = text.range(of: "> of ") {
        if word == "generic specialization <" {
          arguments.append(GenericName.plain(String(text[..<of.lowerBound].dropFirst(word.count))))
        }
        text = text[of.upperBound...]
      } else if word == "(extension in ", let colon = text.range(of: "):") {
        text = text[colon.upperBound...]
      } else {
        text = text.dropFirst(word.count)
      }
    }
    return arguments
  }

  private static let descriptions = [
    "generic specialization <", "generic not re-abstracted specialization <", "function signature specialization <",
    "specialized ", "static ", "merged ", "reabstraction thunk helper ", "@nonobjc ", "(extension in ",
  ]

  /// `module.Type<A>.(function in _HASH)(label:)` → `Type_function`.
  private static func path(_ text: Substring) -> String {
    var parts: [String] = [""]
    var depth = 0
    loop: for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): depth += 1
      case UInt8(ascii: ">") where depth > 0: depth -= 1
      case _ where depth > 0: continue
      // A bracket where a name begins holds a private name.
      case UInt8(ascii: "(") where parts.last == "" && parts.count > 1: continue
      case UInt8(ascii: "("), UInt8(ascii: " "): break loop
      case UInt8(ascii: "."): parts.append("")
      default: parts[parts.count - 1].unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return parts.count > 1 ? parts.dropFirst().joined(separator: "_") : parts[0]
  }

  /// The text with everything that is not part of a C identifier folded into single underscores.
  static func identifier(_ text: some StringProtocol) -> String {
    var result = ""
    for byte in text.utf8 {
      if byte.isIdentifier {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !result.hasSuffix("_") {
        result += "_"
      }
    }
    while result.utf8.count > 1 && result.hasSuffix("_") { result.removeLast() }
    let needsPrefix = result.utf8.first.map(\.isDigit) ?? true
    return needsPrefix ? "_" + result : result
  }

  private static func demangle(_ symbol: String) -> String? {
    guard let text = swiftDemangle(symbol, UInt(symbol.utf8.count), nil, nil, 0) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}

/// `swift_demangle` of the Swift runtime (swift/Demangling/Demangle.h); the caller frees the result.
@_silgen_name("swift_demangle")
private func swiftDemangle(
  _ name: UnsafePointer<CChar>?, _ length: UInt, _ buffer: UnsafeMutablePointer<CChar>?,
  _ bufferSize: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?
