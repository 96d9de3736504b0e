/// One turn of a loop: its number and the loop's state. Returns 0 to go on, 1 to stop. It captures nothing.
public typealias LoopBody = @convention(c) (UInt32, UnsafeMutableRawPointer) -> Int

/// What the kernel does for a program.
public enum Kernel {
  /// Nanoseconds of CLOCK_MONOTONIC as of the last tick.
  public static func now() -> UInt64 {
    SimulatedKernel.current.calls.append(.now)
    return SimulatedKernel.current.now
  }

  /// Nanoseconds of CLOCK_MONOTONIC, exactly.
  public static func exactNow() -> UInt64 { now() }

  public static func random() -> UInt32 {
    SimulatedKernel.current.calls.append(.random)
    return SimulatedKernel.current.nextRandom()
  }

  public static var isResizing: Bool { SimulatedKernel.current.isResizing }

  public static func redirect(toPeerOf interfaceIndex: UInt32) -> Verdict {
    SimulatedKernel.current.calls.append(.redirect)
    SimulatedKernel.current.redirect = .peer(of: interfaceIndex)
    return .redirect
  }

  public static func loop(_ count: UInt32, _ body: LoopBody, _ state: UnsafeMutableRawPointer) {
    for turn in 0..<count where body(turn, state) != 0 { return }
  }

  public static func redirect(outOf interfaceIndex: UInt32) -> Verdict {
    SimulatedKernel.current.calls.append(.redirect)
    SimulatedKernel.current.redirect = .out(of: interfaceIndex)
    return .redirect
  }

  public static func redirect(into interfaceIndex: UInt32) -> Verdict {
    SimulatedKernel.current.calls.append(.redirect)
    SimulatedKernel.current.redirect = .into(interfaceIndex)
    return .redirect
  }

  public static var loopback: UInt32 { 1 }

  public static func redirect(to neighbour: UnsafePointer<Neighbour>, over interfaceIndex: UInt32) -> Verdict {
    SimulatedKernel.current.calls.append(.redirect)
    SimulatedKernel.current.redirect = .neighbour(neighbour.pointee, over: interfaceIndex)
    return .redirect
  }

  /// Has the system call that a refusing program runs in fail with `error` instead of EPERM.
  public static func fail(with error: ErrorNumber) {
    SimulatedKernel.current.calls.append(.fail)
    SimulatedKernel.current.failure = error
  }

  /// Takes `amount` in one step.
  public static func take(_ amount: Int64, from counter: UnsafeMutablePointer<Int64>) { counter.pointee &-= amount }

  /// Adds one in one step.
  public static func increment(_ counter: UnsafeMutablePointer<UInt64>) { counter.pointee &+= 1 }
}
