import Builtin
import UAPI

/// One turn of a loop: its number and the loop's state. Returns 0 to go on, 1 to stop. It captures nothing.
public typealias LoopBody = @convention(c) (UInt32, UnsafeMutableRawPointer) -> Int

/// What the kernel does for a program.
public enum Kernel {
  /// Nanoseconds of CLOCK_MONOTONIC as of the last tick: flows live for seconds, and reading the clock exactly is a fifth of
  /// what an established packet costs.
  @inline(__always) public static func now() -> UInt64 {
    coarse_clock != 0 ? Helper.ktimeGetCoarseNanoseconds() : Helper.ktimeGetNanoseconds()
  }

  /// Nanoseconds of CLOCK_MONOTONIC, exactly: programs of type `syscall` have no other clock.
  @inline(__always) public static func exactNow() -> UInt64 { Helper.ktimeGetNanoseconds() }

  @inline(__always) public static func random() -> UInt32 {
    fixed_random != 0 ? fixed_random : Helper.getPrandomU32()
  }

  /// Whether flows may be in either of two conntrack tables of each kind.
  @inline(__always) public static var isResizing: Bool { resizing != 0 }

  /// Into the other end of the veth pair whose this end is `interfaceIndex`, as if it had come in there.
  @inline(__always) public static func redirect(toPeerOf interfaceIndex: UInt32) -> Verdict {
    Verdict(rawValue: Int32(truncatingIfNeeded: Helper.redirectPeer(interfaceIndex)))
  }

  /// Calls `body` up to `count` times. The verifier looks at it once.
  @inline(__always) public static func loop(_ count: UInt32, _ body: LoopBody, _ state: UnsafeMutableRawPointer) {
    _ = Helper.loop(count, body, state)
  }

  /// Out of `interfaceIndex`, as it is.
  @inline(__always) public static func redirect(outOf interfaceIndex: UInt32) -> Verdict {
    Verdict(rawValue: Int32(truncatingIfNeeded: Helper.redirect(interfaceIndex, 0)))
  }

  /// Into `interfaceIndex`, as if it had come in there (BPF_F_INGRESS).
  @inline(__always) public static func redirect(into interfaceIndex: UInt32) -> Verdict {
    Verdict(rawValue: Int32(truncatingIfNeeded: Helper.redirect(interfaceIndex, 1)))
  }

  /// The loopback interface: the first of every network namespace (LOOPBACK_IFINDEX).
  @inline(__always) public static var loopback: UInt32 { 1 }

  /// Out of `interfaceIndex`, with the Ethernet address of `neighbour` filled in by the kernel.
  @inline(__always)
  public static func redirect(to neighbour: UnsafePointer<Neighbour>, over interfaceIndex: UInt32) -> Verdict {
    let length = Int32(truncatingIfNeeded: MemoryLayout<Neighbour>.size)
    return Verdict(rawValue: Int32(truncatingIfNeeded: Helper.redirectNeigh(interfaceIndex, neighbour, length)))
  }

  /// Has the system call that a refusing program runs in fail with `error` instead of EPERM, where the kernel can do that.
  @inline(__always) public static func fail(with error: ErrorNumber) {
    if set_retval != 0 { Helper.setReturnValue(0 &- error.rawValue) }
  }

  /// Takes `amount` in one step, whatever other CPUs do meanwhile.
  @inline(__always) public static func take(_ amount: Int64, from counter: UnsafeMutablePointer<Int64>) {
    let change = 0 &- amount
    _ = Builtin.atomicrmw_add_monotonic_Int64(counter._rawValue, change._value)
  }

  /// Adds one in one step: the task that the program runs for may be preempted at any instruction.
  @inline(__always) public static func increment(_ counter: UnsafeMutablePointer<UInt64>) {
    let one: UInt64 = 1
    _ = Builtin.atomicrmw_add_monotonic_Int64(counter._rawValue, one._value)
  }
}

/// Load-time constant: 0 has programs read the exact clock, for kernels before 5.11.
@section(".rodata") @used nonisolated(unsafe) var coarse_clock: UInt32 = 1

/// Load-time constant: every random number is this one unless it is 0. For tests that have to know what is chosen.
@section(".rodata") @used nonisolated(unsafe) var fixed_random: UInt32 = 0

/// Load-time constant: other than 0 while the conntrack tables are resized. Otherwise the verifier takes out all that is for that.
@section(".rodata") @used nonisolated(unsafe) var resizing: UInt32 = 0

/// Load-time constant: 0 has refused system calls fail with EPERM, for kernels without `bpf_set_retval`.
@section(".rodata") @used nonisolated(unsafe) var set_retval: UInt32 = 1
