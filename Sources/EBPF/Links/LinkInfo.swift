/// What the kernel says about a link (`struct bpf_link_info`, linux/bpf.h).
public struct LinkInfo: Sendable, Hashable {
  public let id: UInt32
  /// The program that runs now.
  public let program: UInt32
  /// What kind of hook, `enum bpf_link_type`.
  public let type: UInt32
  /// tcx and XDP: the interface; 0 once it is gone. Otherwise nil.
  public let interface: UInt32?

  init(_ descriptor: Descriptor) throws(Errno) {
    let info = NativeBuffer(count: LinkInfo.size)
    try objectInfo(descriptor, info, size: LinkInfo.size)
    type = info.load(UInt32.self, at: 0)
    id = info.load(UInt32.self, at: 4)
    program = info.load(UInt32.self, at: 8)
    interface = [LinkInfo.xdp, LinkInfo.tcx].contains(type) ? info.load(UInt32.self, at: 16) : nil
  }

  private static let size = 64
  private static let xdp: UInt32 = 6
  private static let tcx: UInt32 = 11
}
