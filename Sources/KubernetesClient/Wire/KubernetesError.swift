/// Why a request to the API server failed.
public enum KubernetesError: Error, Sendable, Hashable {
  /// The server answered, and refused.
  case refused(APIStatus, request: String, retryAfter: Duration?)
  /// There is no connection, or it broke; the request may or may not have had its effect.
  case unreachable(request: String, reason: String)
  /// Nothing came on an open connection for the idle limit.
  case idle(request: String)
  /// The answer is not what the API promises.
  case invalidAnswer(request: String, reason: String)
  /// The request cannot be sent as it is.
  case invalidRequest(String)
  /// The credentials cannot be used.
  case credentials(CredentialsError)
  /// The task that waited was cancelled.
  case cancelled

  /// The server's status, where it sent one.
  public var status: APIStatus? {
    if case .refused(let status, _, _) = self { status } else { nil }
  }

  /// 404: there is no such object, or no such kind.
  public var isNotFound: Bool { status?.code == 404 }
  /// 409 AlreadyExists: a creation found the name taken.
  public var isAlreadyExists: Bool { status?.reason == "AlreadyExists" }
  /// 409 Conflict: the object changed since it was read.
  public var isConflict: Bool { status?.code == 409 && !isAlreadyExists }
}

extension KubernetesError: CustomStringConvertible {
  /// One sentence that names the request and the cause.
  public var description: String {
    switch self {
    case .refused(let status, let request, _): "\(request): the API server refused with \(status)"
    case .unreachable(let request, let reason): "\(request): the API server is not reachable: \(reason)"
    case .idle(let request): "\(request): nothing came from the API server for too long"
    case .invalidAnswer(let request, let reason): "\(request): the API server's answer is not valid: \(reason)"
    case .invalidRequest(let reason): reason
    case .credentials(let error): error.description
    case .cancelled: "cancelled"
    }
  }
}
