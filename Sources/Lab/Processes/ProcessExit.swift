import Dispatch
import Glibc

/// How a process ended.
enum ProcessExit: Hashable, Sendable {
  case code(Int32)
  case signal(Int32)
  /// Whoever started it has gone meanwhile, and only they were told.
  case unknown

  /// The exit code as shells and Kubernetes give it: 128 and the signal's number for a signal.
  var code: Int32 {
    switch self {
    case .code(let code): code
    case .signal(let signal): 128 + signal
    case .unknown: 255
    }
  }

  /// For people; nil for an ordinary end.
  var reason: String? {
    switch self {
    case .code(0): nil
    case .code(let code): "ended with code \(code)"
    case .signal(let signal): "ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    case .unknown: "ended; the kubelet that could have known how was restarted meanwhile"
    }
  }

  /// From the status that waitpid(2) gives.
  init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
  }
}

extension ProcessIdentity {
  /// Waits for the end of the process: a child, or any other.
  func waitForExit() async throws(LabError) -> ProcessExit {
    guard let descriptor = try LinuxCall.openProcess(pid) else { return collect() }
    if isAlive { await Self.waitUntilReadable(descriptor) }
    close(descriptor)
    return collect()
  }

  /// Takes a child's status; others have none to give.
  private func collect() -> ProcessExit {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) == pid ? ProcessExit(waitStatus: status) : .unknown
  }

  private static func waitUntilReadable(_ descriptor: Int32) async {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
    await withCheckedContinuation { continuation in
      source.setEventHandler { source.cancel() }
      source.setCancelHandler { continuation.resume() }
      source.resume()
    }
  }
}
