/// The kernel's rules for names of links (`dev_valid_name`, IFNAMSIZ 16), checked before a request is sent.
enum LinkName {
  /// Why a name will not do; nil if it will.
  static func problem(_ name: String) -> String? {
    let length = name.utf8.count
    guard (1...15).contains(length) else {
      return "the link name \"\(name)\" has \(length) bytes, 1 to 15 are allowed"
    }
    guard name != ".", name != "..", name.utf8.allSatisfy(isAllowed) else {
      return "the link name \"\(name)\" holds a space, \"/\" or \":\", or is a dot name"
    }
    return nil
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte > UInt8(ascii: " ") && byte != 127 && byte != UInt8(ascii: "/") && byte != UInt8(ascii: ":")
  }

  /// Throws if one of the names will not do.
  static func check(_ request: String, _ names: String?...) throws(NetlinkError) {
    for name in names {
      guard let name, let problem = problem(name) else { continue }
      throw NetlinkError(request: request, cause: .invalid(problem))
    }
  }
}
