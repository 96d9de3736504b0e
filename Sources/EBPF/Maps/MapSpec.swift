/// A map as data.
public struct MapSpec: Sendable, Hashable {
  /// Whether the object asks for a pin.
  public enum Pinning: UInt32, Sendable {
    case none = 0
    /// By the map's name in the loader's folder (LIBBPF_PIN_BY_NAME).
    case byName = 1
  }

  public var name: String
  public var type: MapType
  /// Bytes of a key.
  public var keySize: UInt32
  /// Bytes of a value; of a per-CPU map, of one CPU's.
  public var valueSize: UInt32
  public var maxEntries: UInt32
  public var flags: MapFlags
  public var pinning: Pinning
  /// Numbers of the key's and the value's type in the object's BTF; 0 is none.
  public var keyType: BTFTypeID
  public var valueType: BTFTypeID
  /// What the values of a map of maps look like; at most one element.
  public var inner: [MapSpec]

  public init(
    name: String, type: MapType, keySize: UInt32, valueSize: UInt32, maxEntries: UInt32, flags: MapFlags = [],
    pinning: Pinning = .none, keyType: BTFTypeID = 0, valueType: BTFTypeID = 0, inner: [MapSpec] = []
  ) {
    self.name = name
    self.type = type
    self.keySize = keySize
    self.valueSize = valueSize
    self.maxEntries = maxEntries
    self.flags = flags
    self.pinning = pinning
    self.keyType = keyType
    self.valueType = valueType
    self.inner = inner
  }

  /// A map for values of `Value` by keys of `Key`.
  public init<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    name: String, type: MapType, key: Key.Type, value: Value.Type, maxEntries: UInt32, flags: MapFlags = []
  ) {
    self.init(
      name: name, type: type, keySize: UInt32(MemoryLayout<Key>.size), valueSize: UInt32(MemoryLayout<Value>.size),
      maxEntries: maxEntries, flags: flags)
  }
}
