/// What the loader reads from the section of maps. Every map type stores exactly one of these; the compiler driver knows it by name.
public struct BPFMapDef {
  public var type: UInt32
  public var keySize: UInt32
  public var valueSize: UInt32
  public var maxEntries: UInt32
  public var flags: UInt32
  public var pinning: UInt32 = 0
  public var innerType: UInt32 = 0
  public var innerKeySize: UInt32 = 0
  public var innerValueSize: UInt32 = 0
  public var innerMaxEntries: UInt32 = 0
  public var innerFlags: UInt32 = 0

  @inline(__always) public init(type: UInt32, key: Int, value: Int, maxEntries: UInt32, flags: UInt32 = 0) {
    self.type = type
    keySize = UInt32(truncatingIfNeeded: key)
    valueSize = UInt32(truncatingIfNeeded: value)
    self.maxEntries = maxEntries
    self.flags = flags
  }
}
