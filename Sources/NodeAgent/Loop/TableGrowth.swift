import Dataplane

/// What growing conntrack tables need of the node.
public struct TableGrowth: Sendable {
  /// CPUs that the kernel may have.
  public var possibleCPUs: Int
  /// What an earlier agent left.
  public var remembered: GrownSize?
  /// Has the next agent know it; nil is nothing.
  public var remember: @Sendable (GrownSize?) throws -> Void
  /// Throws one sentence if tables of so many entries would take too much.
  public var check: @Sendable (_ entries: UInt32) throws -> Void

  public init(
    possibleCPUs: Int, remembered: GrownSize?, remember: @escaping @Sendable (GrownSize?) throws -> Void,
    check: @escaping @Sendable (_ entries: UInt32) throws -> Void
  ) {
    self.possibleCPUs = possibleCPUs
    self.remembered = remembered
    self.remember = remember
    self.check = check
  }

  /// Of the kernel under this agent.
  public init(_ kernel: LinuxKernel, possibleCPUs: Int) throws {
    let table = try kernel.grownSizeTable()
    self.init(
      possibleCPUs: possibleCPUs, remembered: try table.read()[0],
      remember: { size in
        if let size { try table.write([(0, size)]) } else { try table.remove([0]) }
      }, check: { try kernel.checkGrowth(to: $0) })
  }
}
