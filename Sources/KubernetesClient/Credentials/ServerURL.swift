import FoundationEssentials

enum ServerURL {
  /// The URL without a slash at its end, when it is one of a server.
  static func checked(_ text: String, file: String, field: String) throws(CredentialsError) -> String {
    let hint = "give one such as https://10.0.0.1:6443"
    guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme) else {
      throw CredentialsError(file: file, field: field, problem: "\"\(text)\" is no http or https URL: \(hint)")
    }
    guard let host = url.host(), !host.isEmpty else {
      throw CredentialsError(file: file, field: field, problem: "\"\(text)\" names no host: \(hint)")
    }
    guard url.query() == nil, url.fragment() == nil, url.user() == nil else {
      throw CredentialsError(
        file: file, field: field, problem: "\"\(text)\" has a user, query or fragment, which has no meaning: \(hint)")
    }
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
