import Foundation
import Netlink

@testable import Lab

/// A thread in a pod's namespace that stays on one CPU.
enum CostThread {
  struct Times: Sendable {
    /// Seconds of CPU that the thread took: its own, the kernel's for it, and the packets that were handled in its softirqs.
    var cpu: Double
    /// Seconds from its beginning to its end.
    var clock: Double
  }

  static func run(
    in namespace: NetworkNamespace, on cpu: Int, _ body: @escaping @Sendable () throws -> Void
  ) async throws -> Times {
    try await withCheckedThrowingContinuation { continuation in
      // Not a task's: their threads are few, and what waits for packets would hold one.
      Thread {
        continuation.resume(
          with: Result {
            try namespace.run {
              try pin(to: cpu)
              let before = (cpu: seconds(CLOCK_THREAD_CPUTIME_ID), clock: seconds(CLOCK_MONOTONIC))
              try body()
              return Times(
                cpu: seconds(CLOCK_THREAD_CPUTIME_ID) - before.cpu, clock: seconds(CLOCK_MONOTONIC) - before.clock)
            }
          })
      }.start()
    }
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// sched_setaffinity(2), which Swift's import of Glibc leaves out.
  private static func pin(to cpu: Int) throws {
    typealias SetAffinity = @convention(c) (pid_t, Int, UnsafeRawPointer) -> Int32
    guard let address = dlsym(nil, "sched_setaffinity") else { throw LabError("there is no sched_setaffinity()") }
    var set = [UInt64](repeating: 0, count: 16)
    set[cpu / 64] = 1 << UInt64(cpu % 64)
    guard unsafeBitCast(address, to: SetAffinity.self)(0, 128, set) == 0 else {
      throw LabError("a thread cannot be kept on CPU \(cpu): \(errnoText())")
    }
  }
}
