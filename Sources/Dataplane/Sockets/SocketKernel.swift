/// The effects on the programs at the node's cgroup.
public protocol SocketKernel: Sendable {
  /// Whether the node's cgroup is known; if not, nothing can be attached.
  var hasCgroup: Bool { get }
  /// The programs of ours that are attached, and pins that are left of those that were.
  func attachments() throws -> [SocketAttachment]
  /// Makes the counters' row if there is none, attaches, and pins the link under the hook's name.
  func attach(_ program: DatapathProgram, at hook: SocketHook) throws
  /// Swaps the program of the hook's pinned link; no system call misses either.
  func replace(with program: DatapathProgram, at hook: SocketHook) throws
  /// Takes the program off and removes the pin; also when its cgroup is gone.
  func detach(_ hook: SocketHook) throws
}
