/// An operation on a kernel object failed: which one, on what, why, and what to do about it.
public struct KernelError: Error, Sendable {
  /// What was tried, as `load` or `pin`.
  public let operation: String
  /// What it was tried on, as `map cali_v4_ct` or `program workload_ingress`.
  public let subject: String
  /// The kernel's answer; nil where the kernel was not asked.
  public let errno: Errno?
  /// What is wrong, in words, beyond the error number.
  public let detail: String?
  /// What to do, where that is known.
  public let fix: String?
  /// The verifier's whole log, empty for everything but loads of programs and BTF.
  public let log: VerifierLog

  public init(
    _ operation: String, _ subject: String, errno: Errno? = nil, detail: String? = nil, fix: String? = nil,
    log: VerifierLog = VerifierLog("")
  ) {
    self.operation = operation
    self.subject = subject
    self.errno = errno
    self.detail = detail
    // A verdict of the verifier comes with its reason; only without one does the number speak of privileges or sizes.
    self.fix = fix ?? (log.text.isEmpty ? errno.flatMap { KernelError.fix(for: $0, operation: operation) } : nil)
    self.log = log
  }

  /// The same error with the place it came up in put before its subject, as an object's name.
  func within(_ place: String) -> KernelError {
    KernelError(operation, "\(place): \(subject)", errno: errno, detail: detail, fix: fix, log: log)
  }
}

extension KernelError: CustomStringConvertible {
  /// One line; of a verifier's log the last lines follow.
  public var description: String {
    var line = "\(operation) \(subject): "
    line += [errno?.description, detail].compactMap { $0 }.joined(separator: ": ")
    if let fix { line += ". \(fix)" }
    let summary = log.summary
    return summary.isEmpty ? line : "\(line)\n\(summary)"
  }
}
