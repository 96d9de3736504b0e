import CalicoAPI

/// The effects on interfaces and the programs on them.
public protocol InterfaceKernel: Sendable {
  /// All interfaces of the node.
  func interfaces() throws -> [InterfaceState]
  /// Has the next `interfaces` read anew by which of them default routes leave.
  func forgetDefaultRoutes()
  /// Sets an interface administratively up or down.
  func setInterface(_ index: UInt32, up: Bool) throws
  /// The programs of ours that are attached, and pins that are left of those that were.
  func attachments() throws -> [Attachment]
  /// Attaches, and pins the link under the slot's name.
  ///
  /// - Parameter type: `TC` asks for a clsact filter; the others get a tcx link where the kernel has them.
  func attach(
    _ program: DatapathProgram, at slot: AttachmentSlot, interfaceIndex: UInt32, by type: BPFAttachType) throws
  /// Swaps the program of the slot's pinned link; no packet misses either.
  func replace(with program: DatapathProgram, at slot: AttachmentSlot) throws
  /// Takes the program off and removes the pin; also when its interface is gone.
  func detach(_ slot: AttachmentSlot) throws
  /// Makes the counters' row of a hook if there is none.
  func createCounters(interfaceIndex: UInt32, hook: AttachmentHook) throws
  /// Deletes the counters of interfaces that are not in the set; their indices may be given out again.
  func removeCounters(except interfaceIndices: Set<UInt32>) throws
  /// nil when the kernel has no such parameter, as when it has no IPv6.
  func readParameter(_ path: String) throws -> String?
  func writeParameter(_ path: String, _ value: String) throws
}
