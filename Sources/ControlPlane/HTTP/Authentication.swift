import HTTPTypes
import Hummingbird

/// Lets in who shows the cluster's bearer token.
struct Authentication: Sendable {
  private let token: [UInt8]

  init(token: String) { self.token = Array(token.utf8) }

  func check(_ request: Request) throws(APIError) {
    guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else {
      throw .unauthorized
    }
    let offered = Array(header.dropFirst("bearer ".count).utf8)
    // Compares all bytes, so that the time taken tells nothing about where they differ.
    var difference = UInt8(offered.count == token.count ? 0 : 1)
    for (index, byte) in offered.enumerated() { difference |= byte ^ token[index % max(1, token.count)] }
    guard difference == 0 && !token.isEmpty else { throw .unauthorized }
  }
}
