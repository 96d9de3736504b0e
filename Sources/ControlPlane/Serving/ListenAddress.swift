/// Where the server listens: an address and port, here or inside another network namespace.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// An IP address; "127.0.0.1" for "localhost".
  public let host: String
  /// 0 lets the kernel choose.
  public let port: UInt16
  /// The file that stands for the network namespace, e.g. "/run/netns/blue"; nil for the process's own.
  public let namespacePath: String?

  let address: IPAddress

  /// Reads "ADDRESS:PORT" or "netns=PATH,ADDRESS:PORT"; IPv6 addresses are in brackets.
  /// - Throws: `ControlPlaneError` that quotes the text and shows the form.
  public init(_ text: String) throws(ControlPlaneError) {
    var rest = text[...]
    var namespacePath: String?
    if rest.hasPrefix("netns="), let comma = rest.firstIndex(of: ",") {
      namespacePath = String(rest[rest.index(rest.startIndex, offsetBy: "netns=".count)..<comma])
      rest = rest[rest.index(after: comma)...]
    }
    guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]),
      let address = Self.address(rest[..<colon]), namespacePath != ""
    else {
      throw ControlPlaneError(
        "cannot listen on \"\(text)\": expected ADDRESS:PORT or netns=PATH,ADDRESS:PORT with an IP address, for example "
          + "127.0.0.1:6443, [::1]:6443 or netns=/run/netns/blue,10.0.0.1:6443")
    }
    self.address = address
    self.port = port
    self.namespacePath = namespacePath
    host = address.description
  }

  private static func address(_ text: Substring) -> IPAddress? {
    if text == "localhost" { return IPAddress("127.0.0.1") }
    if text.hasPrefix("["), text.hasSuffix("]") {
      let address = IPAddress(String(text.dropFirst().dropLast()))
      return address?.family == .v6 ? address : nil
    }
    let address = IPAddress(String(text))
    return address?.family == .v4 ? address : nil
  }

  /// "127.0.0.1:6443", "[::1]:6443".
  func endpoint(port: UInt16) -> String {
    address.family == .v6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  public var description: String {
    (namespacePath.map { "netns=\($0)," } ?? "") + endpoint(port: port)
  }

  /// Whether only this machine reaches it.
  var isLoopback: Bool {
    address.family == .v4 ? address.value >> 24 == 127 : address.value == 1
  }
}
