/// Names of generic structs as BTF may have them.
enum GenericName {
  /// `kernel.ConntrackKey<kernel.IPv4Address>` → `ConntrackKey_IPv4Address`.
  static func plain(_ demangled: String) -> String {
    var words: [String] = [""]
    for byte in demangled.utf8 {
      switch byte {
      case UInt8(ascii: "."): words[words.count - 1] = ""
      case _ where byte.isIdentifier: words[words.count - 1].unicodeScalars.append(Unicode.Scalar(byte))
      default: words.append("")
      }
    }
    return words.filter { !$0.isEmpty }.joined(separator: "_")
  }
}
