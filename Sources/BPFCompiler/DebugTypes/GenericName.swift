/// Names of generic structs as BTF may have them.
enum GenericName {
  /// `kernel.ConntrackKey<kernel.IPv4Address>` → `ConntrackKey_IPv4Address`. Parameters that are still open, `A` and
  /// the letters behind it, are exchanged for `arguments`.
  static func plain(_ demangled: String, arguments: [String] = []) -> String {
    var words: [String] = [""]
    for byte in demangled.utf8 {
      switch byte {
      case UInt8(ascii: "."): words[words.count - 1] = ""
      case _ where byte.isIdentifier: words[words.count - 1].unicodeScalars.append(Unicode.Scalar(byte))
      default: words.append("")
      }
    }
    return words.filter { !$0.isEmpty }.map { filled($0, arguments) }.joined(separator: "_")
  }

  private static func filled(_ word: String, _ arguments: [String]) -> String {
    guard word.utf8.count == 1, let letter = word.utf8.first, letter >= UInt8(ascii: "A") else { return word }
    let index = Int(letter - UInt8(ascii: "A"))
    return index < arguments.count ? arguments[index] : word
  }
}
