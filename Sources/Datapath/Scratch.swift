import DataplaneABI
import KernelRuntime

/// One CPU's working memory: a program's stack has 512 bytes. No other program of ours runs on the CPU meanwhile (tc hooks run
/// with bottom halves disabled), so nobody else uses it.
struct Scratch: BitwiseCopyable {
  /// What a row of counters begins with: never written to.
  var zeroes: Counters
  var packet4: Packet<IPv4>
  var packet6: Packet<IPv6>
  var entry4: ConntrackValue<IPv4Address>
  var entry6: ConntrackValue<IPv6Address>
  var question: RouteQuestion
  var otherQuestion: RouteQuestion
  /// New entries of IPv4 and IPv6 conntrack that this CPU may make before it has to take more (`ConntrackRoom`).
  var room4: UInt32
  var room6: UInt32
  /// The second that ICMP errors were made in last, in units of 2^30 ns, and how many.
  var errorSecond: UInt64
  var errors: UInt64
  /// A fragment that is to be held, or the first one while others travel in its place.
  var fragment: HeldFragment
  /// What is told of a packet that a policy denies.
  var deniedKey: DenialKey
  var denied: Denial

  @inline(__always) static var current: UnsafeMutablePointer<Scratch>? {
    var first: UInt32 = 0
    return cali_scratch.lookup(&first)
  }
}
