import FoundationEssentials
import Synchronization

/// Gives the bearer token of a request; a token in a file is read again when it may have been renewed.
final class TokenSource: Sendable {
  private let token: BearerToken?
  private let cache = Mutex<(value: String, readAt: ContinuousClock.Instant)?>(nil)
  /// As client-go does: tokens are renewed long before they end, so a minute is often enough.
  private let lifetime: Duration

  init(_ token: BearerToken?, lifetime: Duration = .seconds(60)) {
    self.token = token
    self.lifetime = lifetime
  }

  func current() throws(CredentialsError) -> String? {
    switch token {
    case nil: return nil
    case .value(let value): return value
    case .file(let path):
      if let cached = cache.withLock({ $0 }), ContinuousClock.now < cached.readAt + lifetime { return cached.value }
      return try read(path)
    }
  }

  /// The server did not take the token: read it again for the next request.
  func invalidate() { cache.withLock { $0 = nil } }

  private func read(_ path: String) throws(CredentialsError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CredentialsError(file: path, problem: "the token cannot be read")
    }
    let value = String(decoding: data, as: UTF8.self).trimmedOfWhitespace
    guard !value.isEmpty else { throw CredentialsError(file: path, problem: "holds no token") }
    cache.withLock { $0 = (value, .now) }
    return value
  }
}

extension String {
  /// Without white space at both ends.
  var trimmedOfWhitespace: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }
}
