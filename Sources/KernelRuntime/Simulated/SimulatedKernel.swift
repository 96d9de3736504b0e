import DataplaneABI

/// A kernel for tests: maps in memory, a clock and a random source that the test sets, and a log of what programs asked for.
///
/// Confined to the test that made it: `run` makes it the current one for the programs that it runs.
public final class SimulatedKernel: @unchecked Sendable {
  /// CLOCK_MONOTONIC in nanoseconds; stands still unless the test moves it.
  public var now: UInt64 = 1_000_000_000
  /// What `bpf_get_prandom_u32` answers. Counts up from 0 unless the test says otherwise.
  public var nextRandom: () -> UInt32
  /// Whether flows may be in either of two conntrack tables of each kind.
  public var isResizing = false
  /// Ports that sockets of the host have, whatever the protocol and address.
  public var boundPorts: Set<UInt16> = []
  /// By which interface the host's routing tables would send such a packet on; nil if they would not.
  public var wayOut: (RouteQuestion) -> UInt32? = { _ in nil }
  /// The same for a question that is meant in another way than `none`; nil answers it like any other.
  public var wayOutAs: ((RouteQuestion, RouteQuestionFlags) -> UInt32?)?
  /// Whether questions may have marks.
  public var routesMarks = true
  /// How long packets may be that they send on, bytes.
  public var wayOutMTU: UInt16 = 1500
  /// Whether its routes encapsulate what they send on.
  public var encapsulates = false
  /// The policy programs of `cali_policy`, by slot.
  public var policies: [UInt32: SimulatedPolicy] = [:]
  /// Helper calls since the last `run` began.
  public internal(set) var calls: [KernelCall] = []
  /// What the last redirect helper was told.
  public internal(set) var redirect: Redirect?
  /// Packets that were sent beside the one that a program ran for, as if they had come in at its interface.
  public internal(set) var copies: [[UInt8]] = []
  /// What the system call of a program that refuses it fails with; EPERM if nil.
  public internal(set) var failure: ErrorNumber?
  private var storages: [String: MapStorage] = [:]

  public init() {
    var count: UInt32 = 0
    nextRandom = {
      defer { count &+= 1 }
      return count
    }
  }

  /// What the routing tables say.
  func way(_ question: RouteQuestion, _ flags: RouteQuestionFlags) -> UInt32? {
    guard flags != .none, let wayOutAs else { return wayOut(question) }
    return wayOutAs(question, flags)
  }

  @TaskLocal private static var running: SimulatedKernel?

  /// The kernel that runs the calling program.
  static var current: SimulatedKernel {
    guard let running else { preconditionFailure("a program runs only inside SimulatedKernel.run") }
    return running
  }

  /// Runs a tc program on a packet.
  public func run(_ packet: SimulatedPacket, _ program: (ProgramContext) -> Int32) -> Verdict {
    calls = []
    redirect = nil
    copies = []
    return Self.$running.withValue(self) { Verdict(rawValue: program(packet)) }
  }

  /// Runs a program of a cgroup's socket hook.
  public func run(_ socket: SimulatedSocketAddress, _ program: (SocketContext) -> Int32) -> SocketVerdict {
    calls = []
    failure = nil
    return Self.$running.withValue(self) { SocketVerdict(rawValue: program(socket)) }
  }

  /// Runs a program that has no packet.
  public func run(_ program: () -> Int32) -> Int32 {
    calls = []
    redirect = nil
    return Self.$running.withValue(self, operation: program)
  }

  /// The storage of a map, made on first use.
  func storage(_ definition: MapDefinition) -> MapStorage {
    if let storage = storages[definition.name] { return storage }
    let storage = MapStorage(definition)
    storages[definition.name] = storage
    return storage
  }

  /// A kernel of its own with the same clock and maps.
  public func copy() -> SimulatedKernel {
    let copy = SimulatedKernel()
    copy.now = now
    copy.boundPorts = boundPorts
    copy.wayOut = wayOut
    copy.wayOutAs = wayOutAs
    copy.routesMarks = routesMarks
    copy.encapsulates = encapsulates
    copy.wayOutMTU = wayOutMTU
    copy.isResizing = isResizing
    copy.policies = policies
    copy.storages = storages.mapValues { $0.copy() }
    return copy
  }

  /// A map's contents, for tests to fill and read.
  public func contents(of definition: MapDefinition) -> MapStorage { storage(definition) }
}

/// Says whether a policy allows what it is asked, and may note in the question why.
public typealias SimulatedPolicy = (inout PolicyQuestion) -> Bool

/// A helper call.
public enum KernelCall: Equatable, Sendable {
  case lookup(String)
  case update(String)
  case delete(String)
  case forEach(String)
  case tailCall
  case now
  case random
  case pull
  case copy
  case fib
  case checksum
  case resize
  case room
  case redirect
  case socket
  case cookie
  case fail
}

/// Where a redirect helper was told to send the packet.
public enum Redirect: Equatable, Sendable {
  case peer(of: UInt32)
  case out(of: UInt32)
  case into(UInt32)
  case neighbour(Neighbour, over: UInt32)
}
