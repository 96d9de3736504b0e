/// Access by bytes, for maps whose types are not known when the program is built (dumps, tests).
extension Map {
  /// The value of `key`, of all CPUs' copies one after the other for a per-CPU map; nil when there is none.
  public func lookUp(bytes key: [UInt8]) throws(KernelError) -> [UInt8]? {
    try checkKey(key, "look up in")
    var value = [UInt8](repeating: 0, count: try elements.transferSize())
    let error = key.withUnsafeBytes { key in
      value.withUnsafeMutableBytes { elements.call(.mapLookUp, key.baseAddress, $0.baseAddress) }
    }
    if error == .noEntry { return nil }
    if let error { throw failure("look up in", error) }
    return value
  }

  /// Sets the value of `key`; for a per-CPU map, all CPUs' copies one after the other.
  public func update(bytes key: [UInt8], _ value: [UInt8], _ mode: UpdateMode = .any) throws(KernelError) {
    try checkKey(key, "update")
    let size = try elements.transferSize()
    guard value.count == size else {
      throw KernelError("update", subject, detail: "a value of \(value.count) bytes given, \(size) wanted")
    }
    var value = value
    let error = key.withUnsafeBytes { key in
      value.withUnsafeMutableBytes {
        elements.call(.mapUpdate, key.baseAddress, $0.baseAddress, flags: mode.rawValue)
      }
    }
    if let error { throw failure("update", error) }
  }

  /// Sets many elements, in one system call where the kernel can. Elements before a failing one are written.
  public func update(
    bytes entries: [(key: [UInt8], value: [UInt8])], _ mode: UpdateMode = .any
  ) throws(KernelError) {
    if entries.isEmpty { return }
    let size = try elements.transferSize()
    var keys: [UInt8] = []
    var values: [UInt8] = []
    for entry in entries {
      try checkKey(entry.key, "update")
      guard entry.value.count == size else {
        throw KernelError("update", subject, detail: "a value of \(entry.value.count) bytes given, \(size) wanted")
      }
      keys += entry.key
      values += entry.value
    }
    try elements.update(keys: keys, values: values, count: entries.count, mode)
  }

  /// Whether there was something to delete.
  @discardableResult
  public func delete(bytes key: [UInt8]) throws(KernelError) -> Bool {
    try checkKey(key, "delete from")
    let error = key.withUnsafeBytes { elements.call(.mapDelete, $0.baseAddress, nil) }
    if error == .noEntry { return false }
    if let error { throw failure("delete from", error) }
    return true
  }

  /// All keys, in the kernel's order.
  public func keys() throws(KernelError) -> [[UInt8]] {
    let size = info.keySize
    return try elements.keys().map { Array($0.prefix(size)) }
  }

  /// All keys with their values, read in batches where the kernel has them.
  public func entries() throws(KernelError) -> [(key: [UInt8], value: [UInt8])] {
    let keySize = info.keySize
    let valueSize = try elements.transferSize()
    let (keys, values) = try elements.lookUpAll()
    return (0..<keys.count / max(keySize, 1)).map { index in
      (
        Array(keys[index * keySize..<(index + 1) * keySize]),
        Array(values[index * valueSize..<(index + 1) * valueSize])
      )
    }
  }

  private func checkKey(_ key: [UInt8], _ operation: String) throws(KernelError) {
    guard key.count == info.keySize else {
      throw KernelError(operation, subject, detail: "a key of \(key.count) bytes given, \(info.keySize) wanted")
    }
  }
}
