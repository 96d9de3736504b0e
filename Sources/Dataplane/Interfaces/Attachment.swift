/// A program's place on an interface: each holds one program of ours.
public struct AttachmentSlot: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var interfaceName: String
  public var hook: AttachmentHook

  public init(interfaceName: String, hook: AttachmentHook) {
    self.interfaceName = interfaceName
    self.hook = hook
  }

  public static func < (left: AttachmentSlot, right: AttachmentSlot) -> Bool {
    (left.interfaceName, left.hook.rawValue) < (right.interfaceName, right.hook.rawValue)
  }

  /// "caliabc_ingress": also the file name of the link's pin.
  public var description: String { "\(interfaceName)_\(hook.rawValue)" }

  /// The slot that a pin's file name stands for.
  public init?(pinName: String) {
    guard let cut = pinName.lastIndex(of: "_"), cut != pinName.startIndex,
      let hook = AttachmentHook(rawValue: String(pinName[pinName.index(after: cut)...]))
    else { return nil }
    self.init(interfaceName: String(pinName[..<cut]), hook: hook)
  }
}

/// The directions of a tc hook, as tc names them.
public enum AttachmentHook: String, CaseIterable, Sendable {
  case ingress
  case egress

  /// `CounterKey.hook`.
  public var counterHook: UInt32 { self == .ingress ? 0 : 1 }
}

/// The entry points of the compiled object.
public enum DatapathProgram: String, CaseIterable, Sendable {
  /// What a pod sends.
  case workloadIngress = "workload_ingress"
  /// What the host stack sends to a pod.
  case workloadEgress = "workload_egress"
  /// What the fabric sends.
  case hostIngress = "host_ingress"
  /// What the host stack sends, over the fabric or to itself.
  case hostEgress = "host_egress"
  /// The same two where packets have no Ethernet header.
  case hostIngressL3 = "host_ingress_l3"
  case hostEgressL3 = "host_egress_l3"
  /// Where packets of three of them go on once policies have decided: tail calls find them.
  case workloadIngressDecided = "workload_ingress_decided"
  case workloadEgressDecided = "workload_egress_decided"
  case hostIngressDecided = "host_ingress_decided"
  /// What processes dial, over TCP only.
  case connectTCP4 = "connect4_tcp"
  case connectTCP6 = "connect6_tcp"
  /// What processes dial.
  case connect4
  case connect6
  /// Where processes send datagrams to.
  case sendmsg4
  case sendmsg6
  /// Whom they are told that a datagram is from.
  case recvmsg4
  case recvmsg6
  /// Whom they are told that they are connected to.
  case getpeername4
  case getpeername6
  /// Removes flows that are over; not attached, but run by the agent.
  case conntrackSweep = "conntrack_sweep"
  /// Moves flows to tables of another size; run by the agent, too.
  case conntrackMove = "conntrack_move"
}

extension DatapathProgram {
  /// Those that see packets, and know the tables of flows.
  static let ofPackets: Set<DatapathProgram> = [
    .workloadIngress, .workloadEgress, .hostIngress, .hostEgress, .hostIngressL3, .hostEgressL3,
    .workloadIngressDecided, .workloadEgressDecided, .hostIngressDecided,
  ]
}

/// A program of ours that is attached, as its pin tells.
public struct Attachment: Hashable, Sendable {
  public var slot: AttachmentSlot
  /// The interface it sits on; 0 when that interface is gone and only the pin is left.
  public var interfaceIndex: UInt32
  /// The program it runs if that is just the one this process has loaded; nil for any other, such as an earlier version.
  public var program: DatapathProgram?

  public init(slot: AttachmentSlot, interfaceIndex: UInt32, program: DatapathProgram?) {
    self.slot = slot
    self.interfaceIndex = interfaceIndex
    self.program = program
  }
}
