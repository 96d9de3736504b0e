/// A map seen through the types of its keys and values, whose sizes were checked against the kernel's.
///
/// A view may be copied; the map's descriptor stays open as long as one exists.
public struct TypedMap<Key: BitwiseCopyable, Value: BitwiseCopyable>: Sendable {
  public let name: String
  public let info: MapInfo
  let elements: MapElements

  /// - Throws: when the sizes of `Key` or `Value` are not the kernel's.
  public init(_ map: borrowing Map) throws(KernelError) {
    try TypedMap.check("key", Key.self, map.info.keySize, map.subject)
    try TypedMap.check("value", Value.self, map.info.valueSize, map.subject)
    name = map.name
    info = map.info
    elements = map.elements
  }

  /// A handle on the same map without its types.
  public var map: Map { Map(name: name, info: info, descriptor: elements.descriptor) }

  /// The value of `key`; nil when there is none.
  ///
  /// - Throws: also for per-CPU maps, which have more than one value: see `lookUpPerCPU`.
  public func lookUp(_ key: Key) throws(KernelError) -> Value? {
    try checkSingle("look up in")
    var value = NativeValue<Value>()
    let error = withUnsafeBytes(of: key) { key in value.withMemory { elements.call(.mapLookUp, key.baseAddress, $0) } }
    if error == .noEntry { return nil }
    if let error { throw elements.failure("look up in", error) }
    return value.value
  }

  /// Sets the value of `key`.
  public func update(_ key: Key, _ value: Value, _ mode: UpdateMode = .any) throws(KernelError) {
    try checkSingle("update")
    var copy = value
    let error = withUnsafeBytes(of: key) { key in
      withUnsafeMutableBytes(of: &copy) {
        elements.call(.mapUpdate, key.baseAddress, $0.baseAddress, flags: mode.rawValue)
      }
    }
    if let error { throw elements.failure("update", error) }
  }

  /// Whether there was something to delete.
  @discardableResult
  public func delete(_ key: Key) throws(KernelError) -> Bool { try elements.delete(key) }

  /// All keys; a map that changes meanwhile may lose or repeat some.
  public func keys() throws(KernelError) -> [Key] { try elements.keys().map(NativeValue<Key>.load) }

  /// All keys with their values, read in batches where the kernel has them.
  public func entries() throws(KernelError) -> [(key: Key, value: Value)] {
    try checkSingle("look up in")
    let (keys, values) = try elements.lookUpAll()
    let keyed = NativeValue<Key>.all(keys, stride: info.keySize)
    return Array(zip(keyed, NativeValue<Value>.all(values, stride: info.valueSize)).map { (key: $0, value: $1) })
  }

  /// Sets many elements, in one system call where the kernel can. Elements before a failing one are written.
  public func update(_ entries: [(key: Key, value: Value)], _ mode: UpdateMode = .any) throws(KernelError) {
    try checkSingle("update")
    guard !entries.isEmpty else { return }
    var keys: [UInt8] = []
    var values: [UInt8] = []
    for entry in entries {
      withUnsafeBytes(of: entry.key) { keys.append(contentsOf: $0) }
      withUnsafeBytes(of: entry.value) { values.append(contentsOf: $0) }
    }
    try elements.update(keys: keys, values: values, count: entries.count, mode)
  }

  /// Deletes many elements, in one system call where the kernel can; missing ones are skipped.
  public func delete(_ keys: [Key]) throws(KernelError) {
    guard !keys.isEmpty else { return }
    var bytes: [UInt8] = []
    for key in keys { withUnsafeBytes(of: key) { bytes.append(contentsOf: $0) } }
    try elements.delete(keys: bytes, count: keys.count)
  }

  private func checkSingle(_ operation: String) throws(KernelError) {
    guard !info.type.isPerCPU else {
      throw KernelError(operation, elements.subject, detail: "it has one value for each CPU: use the per-CPU form")
    }
  }

  private static func check<T>(_ part: String, _ type: T.Type, _ kernel: Int, _ subject: String) throws(KernelError) {
    guard MemoryLayout<T>.size == kernel else {
      throw KernelError(
        "view", subject, detail: "\(type) as its \(part) has \(MemoryLayout<T>.size) bytes, the kernel's has \(kernel)")
    }
  }
}
