/// The programs at a tcx hook, in the order they run.
public struct TCXAttachments: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public let program: UInt32
    /// 0 for a program that no link holds.
    public let link: UInt32
  }

  public let entries: [Entry]
  /// Changes with every change of the list; for `expectedRevision`.
  public let revision: UInt64
}

extension TrafficControl {
  /// What is attached by tcx (BPF_PROG_QUERY); clsact filters are not in the list.
  public static func query(interface: UInt32, _ hook: Hook) throws(KernelError) -> TCXAttachments {
    var capacity = 16
    while true {
      let programs = NativeBuffer(count: capacity * 4)
      let links = NativeBuffer(count: capacity * 4)
      var attributes = Attributes(size: 64)
      attributes.set(interface, at: 0)
      attributes.set(hook.attach.rawValue, at: 4)
      attributes.set(programs, at: 16)
      attributes.set(UInt32(capacity), at: 24)
      attributes.set(links, at: 40)
      do {
        try attributes.call(.programQuery)
      } catch {
        guard error == .noSpace, capacity < mostPrograms else {
          throw KernelError("query", "tc \(hook) of interface \(interface)", errno: error)
        }
        capacity *= 4
        continue
      }
      let count = min(Int(attributes.get(UInt32.self, at: 24)), capacity)
      return TCXAttachments(
        entries: (0..<count).map {
          TCXAttachments.Entry(
            program: programs.load(UInt32.self, at: $0 * 4), link: links.load(UInt32.self, at: $0 * 4))
        }, revision: attributes.get(UInt64.self, at: 56))
    }
  }

  /// BPF_MPROG_MAX is 64.
  private static let mostPrograms = 1024
}
