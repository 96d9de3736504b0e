/// The secret that lets clients in.
enum BearerToken {
  private static let bytes = 32

  /// Reads the token from a file, or makes one and writes it there, readable by the owner only.
  static func load(_ path: String) throws(ControlPlaneError) -> String {
    if let contents = try PrivateFile.read(path) {
      let token = contents.split(whereSeparator: \.isWhitespace).joined()
      guard token.utf8.count >= 16 else {
        throw ControlPlaneError(
          "the token file \(path) has no token of 16 or more characters: write one, or remove the file to get a new one"
        )
      }
      return token
    }
    var random = SystemRandomNumberGenerator()
    let token = (0..<bytes).map { _ in
      let digits = String(UInt8.random(in: .min ... .max, using: &random), radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    try PrivateFile.write(token + "\n", to: path)
    return token
  }
}
