/// Why a list or a watch failed, as far as it decides what to do next.
struct ReflectorFailure: Sendable, Equatable {
  enum Kind: Sendable, Hashable {
    /// Only a new list helps.
    case expired
    /// The server answers, and refuses with this code.
    case refused(Int)
    case unreachable
    /// The credentials, the request or the answer make no sense.
    case invalid
    /// The watch ended at once and without an event.
    case tooShort
  }

  var kind: Kind
  /// One sentence.
  var reason: String
  var retryAfter: Duration?

  init(kind: Kind, reason: String, retryAfter: Duration? = nil) {
    self.kind = kind
    self.reason = reason
    self.retryAfter = retryAfter
  }

  init(_ error: KubernetesError) {
    reason = error.description
    switch error {
    case .refused(let status, _, let after):
      kind = status.isExpired ? .expired : .refused(status.code)
      retryAfter = after
    case .unreachable, .idle, .cancelled: kind = .unreachable
    case .invalidAnswer, .invalidRequest, .credentials: kind = .invalid
    }
  }

  /// An error event of a watch.
  init(_ status: APIStatus) {
    kind = status.isExpired ? .expired : .refused(status.code)
    reason = "the API server ended the watch with \(status)"
    retryAfter = status.retryAfterSeconds > 0 ? .seconds(status.retryAfterSeconds) : nil
  }
}
