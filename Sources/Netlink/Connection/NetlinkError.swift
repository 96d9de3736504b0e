import Glibc

/// A request that did not succeed: what was asked, and what went wrong.
public struct NetlinkError: Error, Hashable, Sendable {
  /// What went wrong.
  public enum Cause: Error, Hashable, Sendable {
    /// The kernel answered with an errno, and its own explanation where it has one (NETLINK_EXT_ACK).
    case refused(errno: Int32, explanation: String?)
    /// A system call failed.
    case system(call: String, errno: Int32)
    /// The kernel did not answer in time. Whether a change was made is not known.
    case timedOut(after: Duration)
    /// The socket's buffer overflowed and the answer was lost (ENOBUFS). Whether a change was made is not known.
    case overrun
    /// The table changed during each of this many dumps, so no dump was consistent (NLM_F_DUMP_INTR).
    case interrupted(attempts: Int)
    /// The kernel's answer does not read as it should.
    case malformed(String)
    /// The request was refused before it was sent.
    case invalid(String)
  }

  /// What was asked, in words: "add route 10.65.2.0/24 via 10.77.0.2".
  public let request: String
  public let cause: Cause

  public init(request: String, cause: Cause) {
    self.request = request
    self.cause = cause
  }

  /// The errno behind the failure, if there is one.
  public var errno: Int32? {
    switch cause {
    case .refused(let errno, _), .system(_, let errno): errno
    default: nil
    }
  }

  /// Whether what the request names is not there: no such link, route, rule, neighbour, address or name.
  public var isNotFound: Bool {
    switch errno {
    case ENODEV, ENOENT, ESRCH, EADDRNOTAVAIL: true
    default: false
    }
  }

  /// Whether what the request would create is there already.
  public var isAlreadyThere: Bool { errno == EEXIST }
}

extension NetlinkError: CustomStringConvertible {
  public var description: String { "\(request): \(cause)" }
}

extension NetlinkError.Cause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let errno, let explanation):
      "\(errorText(errno))" + (explanation.map { "; the kernel says: \($0)" } ?? "")
    case .system(let call, let errno): "\(call) failed: \(errorText(errno))"
    case .timedOut(let duration): "no answer from the kernel within \(duration)"
    case .overrun: "the kernel's answer was lost because the socket's buffer is full"
    case .interrupted(let attempts): "the table changed during each of \(attempts) dumps"
    case .malformed(let explanation): "the kernel's answer is malformed: \(explanation)"
    case .invalid(let explanation): explanation
    }
  }
}

/// "File exists (errno 17)".
func errorText(_ errno: Int32) -> String { "\(String(cString: strerror(errno))) (errno \(errno))" }
