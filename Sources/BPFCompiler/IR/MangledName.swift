import Glibc

/// A symbol in Swift's mangling and the short name to be read off it.
struct MangledName {
  private let symbol: String
  /// As `swift demangle` prints it.
  let demangled: String

  /// Nil when the symbol is not a mangled Swift name.
  init?(_ symbol: String) {
    guard symbol.hasPrefix("$e") || symbol.hasPrefix("$s"), let text = Self.demangle(symbol) else { return nil }
    self.symbol = symbol
    demangled = text
  }

  /// A C identifier: the path without the module, without generic arguments and parameters.
  var plain: String {
    var text = Substring(demangled)
    if symbol.hasSuffix("vp") || symbol.hasSuffix("vpZ") {
      if let colon = text.range(of: " : ") { text = text[..<colon.lowerBound] }
      return Self.identifier(text.split(separator: ".").last ?? text)
    }
    text = Self.withoutDescription(text)
    if text.hasPrefix("closure #"), let enclosing = text.range(of: " in ") {
      let ordinal = text.dropFirst("closure #".count).prefix { $0.isNumber }
      return Self.identifier("closure_\(ordinal)_" + Self.path(Self.withoutDescription(text[enclosing.upperBound...])))
    }
    return Self.identifier(Self.path(text))
  }

  /// Drops `generic specialization <...> of `, `static ` and their like.
  private static func withoutDescription(_ text: Substring) -> Substring {
    var text = text
    while let word = descriptions.first(where: { text.hasPrefix($0) }) {
      if word.hasSuffix("<"), let of = text.range(of: "> of ") {
        text = text[of.upperBound...]
      } else {
        text = text.dropFirst(word.count)
      }
    }
    return text
  }

  private static let descriptions = [
    "generic specialization <", "generic not re-abstracted specialization <", "function signature specialization <",
    "specialized ", "static ", "merged ", "reabstraction thunk helper ", "@nonobjc ",
  ]

  /// `module.Type<A>.function(label:)` → `Type_function`.
  private static func path(_ text: Substring) -> String {
    var parts: [String] = [""]
    var depth = 0
    loop: for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): depth += 1
      case UInt8(ascii: ">") where depth > 0: depth -= 1
      case _ where depth > 0: continue
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
