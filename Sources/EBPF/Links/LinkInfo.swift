/// What the kernel says about a link (`struct bpf_link_info`, linux/bpf.h).
public struct LinkInfo: Sendable, Hashable {
  public let id: UInt32
  /// The program that runs now.
  public let program: UInt32
  /// What kind of hook, `enum bpf_link_type`.
  public let type: UInt32
  /// tcx and XDP: the interface; 0 once it is gone. Otherwise nil.
  public let interface: UInt32?
  /// Cgroup: its number, which is also that of its folder (`st_ino`); 0 once it is gone. Otherwise nil.
  public let cgroup: UInt64?
  /// tcx and cgroup: the hook. Otherwise nil.
  public let attach: AttachType?

  init(_ descriptor: Descriptor) throws(Errno) {
    let info = NativeBuffer(count: LinkInfo.size)
    try objectInfo(descriptor, info, size: LinkInfo.size)
    type = info.load(UInt32.self, at: 0)
    id = info.load(UInt32.self, at: 4)
    program = info.load(UInt32.self, at: 8)
    interface = [LinkInfo.xdp, LinkInfo.tcx].contains(type) ? info.load(UInt32.self, at: 16) : nil
    cgroup = type == LinkInfo.cgroup ? info.load(UInt64.self, at: 16) : nil
    switch type {
    case LinkInfo.tcx: attach = AttachType(rawValue: info.load(UInt32.self, at: 20))
    case LinkInfo.cgroup: attach = AttachType(rawValue: info.load(UInt32.self, at: 24))
    default: attach = nil
    }
  }

  private static let size = 64
  private static let cgroup: UInt32 = 3
  private static let xdp: UInt32 = 6
  private static let tcx: UInt32 = 11
}
