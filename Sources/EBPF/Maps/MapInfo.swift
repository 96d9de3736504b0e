/// What the kernel says about a map (`struct bpf_map_info`, linux/bpf.h).
public struct MapInfo: Sendable, Hashable {
  public let id: UInt32
  /// At most 15 characters.
  public let name: String
  public let type: MapType
  /// Bytes of a key.
  public let keySize: Int
  /// Bytes of a value; of a per-CPU map, of one CPU's.
  public let valueSize: Int
  public let maxEntries: Int
  public let flags: MapFlags
  /// Numbers of BTF and of key and value in it; 0 is none.
  public let btf: UInt32
  public let keyType: BTFTypeID
  public let valueType: BTFTypeID

  init(_ descriptor: Descriptor) throws(Errno) {
    let info = NativeBuffer(count: MapInfo.size)
    try objectInfo(descriptor, info, size: MapInfo.size)
    type = MapType(rawValue: info.load(UInt32.self, at: 0))
    id = info.load(UInt32.self, at: 4)
    keySize = Int(info.load(UInt32.self, at: 8))
    valueSize = Int(info.load(UInt32.self, at: 12))
    maxEntries = Int(info.load(UInt32.self, at: 16))
    flags = MapFlags(rawValue: info.load(UInt32.self, at: 20))
    name = String(decoding: info.bytes(24..<40).prefix { $0 != 0 }, as: UTF8.self)
    btf = info.load(UInt32.self, at: 64)
    keyType = info.load(UInt32.self, at: 68)
    valueType = info.load(UInt32.self, at: 72)
  }

  /// Bytes from one CPU's copy of a value to the next: rounded up to 8.
  var perCPUStride: Int { (valueSize + 7) & ~7 }

  private static let size = 88
}

/// BPF_OBJ_GET_INFO_BY_FD into `info`.
func objectInfo(_ descriptor: Descriptor, _ info: NativeBuffer, size: Int) throws(Errno) {
  var attributes = Attributes(size: 16)
  attributes.set(descriptor, at: 0)
  attributes.set(UInt32(size), at: 4)
  attributes.set(info, at: 8)
  try attributes.call(.objectInfo)
}
