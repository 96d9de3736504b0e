import CalicoAPI

/// Brings the programs at the node's cgroup to those of a mode.
struct SocketReconciler {
  private let kernel: any SocketKernel
  private var attachments: [SocketHook: SocketAttachment] = [:]
  /// Whether `attachments` has to be read back first.
  private var isStale = true

  init(_ kernel: any SocketKernel) { self.kernel = kernel }

  /// Has the next `apply` read everything back.
  mutating func distrust() { isStale = true }

  /// - Throws: at the first hook that cannot be brought to its program; those that follow are not touched.
  mutating func apply(_ wanted: ConnectTimeLoadBalancing) throws {
    let mode = kernel.hasCgroup ? wanted : .disabled
    if isStale { attachments = Dictionary(try kernel.attachments().map { ($0.hook, $0) }) { $1 } }
    isStale = true
    for hook in SocketHook.allCases.reversed() where hook.program(mode) == nil && attachments[hook] != nil {
      try kernel.detach(hook)
      attachments[hook] = nil
    }
    for hook in SocketHook.allCases {
      guard let program = hook.program(mode) else { continue }
      try settle(program, at: hook)
      attachments[hook] = SocketAttachment(hook: hook, isHere: true, program: program)
    }
    isStale = false
  }

  private func settle(_ program: DatapathProgram, at hook: SocketHook) throws {
    guard let present = attachments[hook] else { return try kernel.attach(program, at: hook) }
    guard present.isHere else {
      try kernel.detach(hook)
      return try kernel.attach(program, at: hook)
    }
    if present.program != program { try kernel.replace(with: program, at: hook) }
  }
}
