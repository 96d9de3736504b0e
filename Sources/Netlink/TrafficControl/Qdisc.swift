/// A queueing discipline of an interface; "clsact" holds filters and queues nothing.
public struct Qdisc: Hashable, Sendable {
  /// Index of the interface.
  public var interface: Int32
  /// "clsact", "fq_codel", "noqueue"…
  public var kind: String
  /// The discipline's own number, major part in the upper 16 bits.
  public var handle: UInt32
  /// Where it is attached; 0xffffffff is the root of egress.
  public var parent: UInt32
}

/// Which way packets go past a clsact discipline.
public enum TrafficDirection: Hashable, Sendable {
  /// Into the host, from the wire.
  case ingress
  /// Out of the host, to the wire.
  case egress

  /// TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS or TC_H_MIN_EGRESS) of `linux/pkt_sched.h`.
  var parent: UInt32 { self == .ingress ? 0xffff_fff2 : 0xffff_fff3 }
}

/// A BPF program that a clsact discipline runs.
public struct BPFFilter: Hashable, Sendable {
  /// Index of the interface.
  public var interface: Int32
  public var direction: TrafficDirection
  /// Filters run from the lowest number up.
  public var priority: UInt16
  public var handle: UInt32
  /// The name given when it was attached.
  public var name: String?
  /// The kernel's number of the program; nil for classic BPF.
  public var programID: UInt32?
  /// Whether the program's return value is the verdict (TCA_BPF_FLAG_ACT_DIRECT).
  public var isDirectAction: Bool
}
