/// Key of `cali_counters` (per-CPU hash): one row for each hook of each interface, and one for sockets.
public struct CounterKey: Hashable, Sendable, BitwiseCopyable {
  public var interfaceIndex: UInt32
  /// 0 is ingress, 1 is egress, as tc names them; 2 is the system calls of sockets.
  public var hook: UInt32

  @inlinable @inline(__always) public init(interfaceIndex: UInt32, hook: UInt32) {
    self.interfaceIndex = interfaceIndex
    self.hook = hook
  }

  /// The row of the programs at the cgroup, which see no interface.
  @inlinable @inline(__always) public static var sockets: CounterKey { CounterKey(interfaceIndex: 0, hook: 2) }
}

/// Value of `cali_counters`: events indexed by `CounterIndex`, then drops indexed by `Drop.rawValue`.
///
/// Established packets do not touch this map; the conntrack entry counts them.
public struct Counters: Sendable, BitwiseCopyable {
  public var events: InlineArray<24, UInt64>
  public var drops: InlineArray<40, UInt64>

  /// How many counters stand before those of drops.
  @inlinable @inline(__always) public static var firstDrop: UInt32 { 24 }

  @inlinable @inline(__always) public init() {
    events = InlineArray(repeating: 0)
    drops = InlineArray(repeating: 0)
  }
}

/// What is counted beside drops.
public enum CounterIndex: UInt8, CaseIterable, Sendable {
  /// Flows that got a conntrack entry.
  case newFlow = 0
  /// Those of them that were sent to a service's backend. At a socket: backends chosen for it.
  case serviceFlow = 1
  /// Packets left to the host stack because the destination is this node.
  case toHost = 2
  /// Packets left to the host stack because no route of ours covers the destination.
  case toStack = 3
  /// Packets with nothing for us in them (ARP, neighbour discovery, other people's traffic).
  case notOurs = 4
  /// Flow directions whose forwarding was resolved anew: after routes changed, or on the first packet of a reply.
  case rerouted = 5
  /// TCP packets that belong to no flow that is known here and were left to the host stack.
  case midFlow = 6
  /// Packets left to the host stack because their hop limit runs out here.
  case lastHop = 7
  /// Packets left to the host stack because they are too long for their way.
  case tooLong = 8
  /// Flows whose source is translated to an address of the node.
  case sourceTranslated = 9
  /// Flows whose source got another port because their own was taken by a flow to the same backend.
  case portCollision = 10
  /// ICMP errors that were translated like the flow they are about.
  case relatedError = 11
  /// RSTs whose sequence number does not fit; they were passed on, and did not end their flow.
  case doubtfulReset = 12
  /// Connections that could not be kept beside the conntrack table: the table of those is full.
  case notKept = 13
  /// Entries that the conntrack table had given up and that came back with a packet of their connection.
  case recalled = 14
  /// Fragments that came before the first of their packet and wait for it.
  case fragmentHeld = 15
  /// Flows from outside that were sent on to the node of a service's backend.
  case relayed = 16
  /// TCP packets in mid-flow that a Maglev table led on: another node had their connection before.
  case takenOver = 17
}
