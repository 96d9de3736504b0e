import Glibc

extension ProcessIdentity {
  /// Sends a signal to this very process; false if it has ended.
  ///
  /// Through a descriptor, so that another process which got the number meanwhile is never hit.
  @discardableResult
  public func send(_ signal: Int32) throws(LabError) -> Bool {
    guard let descriptor = try LinuxCall.openProcess(pid) else { return false }
    defer { close(descriptor) }
    guard isAlive else { return false }
    return try LinuxCall.signalProcess(descriptor, signal)
  }

  /// Waits until the process has ended, at most `limit`; false if it still runs then.
  public func waitForEnd(atMost limit: Duration) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while isAlive {
      guard ContinuousClock.now < deadline else { return false }
      // Our own children stay in the process table until they are waited for.
      _ = waitpid(pid, nil, WNOHANG)
      try await Task.sleep(for: .milliseconds(20))
    }
    return true
  }

  /// SIGTERM, and SIGKILL if that is not heeded within `grace`. True if SIGTERM was enough.
  @discardableResult
  public func stop(grace: Duration) async throws -> Bool {
    guard try send(SIGTERM) else { return true }
    if try await waitForEnd(atMost: grace) { return true }
    try send(SIGKILL)
    _ = try await waitForEnd(atMost: .seconds(5))
    return false
  }
}
