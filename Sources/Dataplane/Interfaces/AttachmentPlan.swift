/// What to do about one slot. A value, so that the plan can be tested without a kernel.
public enum AttachmentAction: Hashable, Sendable {
  /// Nothing is there.
  case attach(DatapathProgram, interfaceIndex: UInt32)
  /// Another program of ours is there: swap it atomically.
  case replace(DatapathProgram)
  /// The pin belongs to an interface of the same name that is gone: remove it, then attach.
  case attachAnew(DatapathProgram, interfaceIndex: UInt32)
}

/// The least that leads from what is attached to what should be.
public enum AttachmentPlan {
  /// The action for a slot that should hold `program` on the interface of that index; nil when it does.
  public static func action(
    wanting program: DatapathProgram, interfaceIndex: UInt32, present: Attachment?
  ) -> AttachmentAction? {
    guard let present else { return .attach(program, interfaceIndex: interfaceIndex) }
    if present.interfaceIndex != interfaceIndex { return .attachAnew(program, interfaceIndex: interfaceIndex) }
    return present.program == program ? nil : .replace(program)
  }

  /// The programs of a pod's host-side interface.
  public static let workload: [AttachmentHook: DatapathProgram] = [
    .ingress: .workloadIngress, .egress: .workloadEgress,
  ]
  /// The programs of an interface that leads to other nodes.
  public static func data(_ header: LinkHeader) -> [AttachmentHook: DatapathProgram] {
    switch header {
    case .ethernet: [.ingress: .hostIngress, .egress: .hostEgress]
    case .none: [.ingress: .hostIngressL3, .egress: .hostEgressL3]
    }
  }
  /// The programs of the loopback interface, by which the host answers itself.
  public static let loopback: [AttachmentHook: DatapathProgram] = [.egress: .hostEgress]
}
