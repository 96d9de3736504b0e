import Glibc

/// A thread for one piece of work which changes its thread for good (a namespace), so that no pool ever sees it again.
enum DedicatedThread {
  /// What the thread runs, and where it leaves its result; handed over by `pthread_create` and back by `pthread_join`.
  private final class Job {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs the body on a new thread and waits for its end.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws(SocketFailure) -> Value {
    let box = ResultBox<Value>()
    let thread = try start { box.value = body() }
    let code = pthread_join(thread, nil)
    guard code == 0, let value = box.value else { throw SocketFailure.system(call: "pthread_join", errno: code) }
    return value
  }

  /// Starts a thread that nobody waits for.
  static func detach(_ body: @escaping @Sendable () -> Void) throws(SocketFailure) {
    pthread_detach(try start(body))
  }

  private static func start(_ body: @escaping @Sendable () -> Void) throws(SocketFailure) -> pthread_t {
    let job = Unmanaged.passRetained(Job(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, job.toOpaque())
    guard code == 0 else {
      job.release()
      throw SocketFailure.system(call: "pthread_create", errno: code)
    }
    return thread
  }

  /// Written by the thread before it ends and read after it was joined, which orders the two.
  private final class ResultBox<Value: Sendable>: @unchecked Sendable {
    var value: Value?
  }
}
