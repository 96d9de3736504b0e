import Glibc

/// Names of interfaces.
enum InterfaceName {
  /// The name of an interface of this namespace; its number where it has none here.
  static func of(_ index: UInt32) -> String {
    var buffer = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    guard if_indextoname(index, &buffer) != nil else { return "\(index)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
