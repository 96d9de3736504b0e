extension TypedMap {
  /// One value for each possible CPU; nil when there is no such key.
  public func lookUpPerCPU(_ key: Key) throws(KernelError) -> [Value]? {
    try checkPerCPU("look up in")
    var memory = [UInt8](repeating: 0, count: try elements.transferSize())
    let error = withUnsafeBytes(of: key) { key in
      memory.withUnsafeMutableBytes { elements.call(.mapLookUp, key.baseAddress, $0.baseAddress) }
    }
    if error == .noEntry { return nil }
    if let error { throw elements.failure("look up in", error) }
    return NativeValue<Value>.all(memory, stride: info.perCPUStride)
  }

  /// Sets every CPU's value of `key`.
  ///
  /// - Throws: also when there is not exactly one value for each possible CPU.
  public func updatePerCPU(_ key: Key, _ values: [Value], _ mode: UpdateMode = .any) throws(KernelError) {
    try checkPerCPU("update")
    guard values.count == (try PossibleCPUs.count()) else {
      throw KernelError(
        "update", elements.subject, detail: "\(values.count) values given for \(try PossibleCPUs.count()) CPUs")
    }
    var memory = [UInt8](repeating: 0, count: try elements.transferSize())
    for (cpu, value) in values.enumerated() {
      let start = cpu * info.perCPUStride
      withUnsafeBytes(of: value) { memory.replaceSubrange(start..<start + $0.count, with: $0) }
    }
    let error = withUnsafeBytes(of: key) { key in
      memory.withUnsafeMutableBytes {
        elements.call(.mapUpdate, key.baseAddress, $0.baseAddress, flags: mode.rawValue)
      }
    }
    if let error { throw elements.failure("update", error) }
  }

  /// All keys with every CPU's value.
  public func entriesPerCPU() throws(KernelError) -> [(key: Key, values: [Value])] {
    try checkPerCPU("look up in")
    let (keys, values) = try elements.lookUpAll()
    let size = try elements.transferSize()
    return NativeValue<Key>.all(keys, stride: info.keySize).enumerated().map { index, key in
      let copies = Array(values[index * size..<(index + 1) * size])
      return (key, NativeValue<Value>.all(copies, stride: info.perCPUStride))
    }
  }

  private func checkPerCPU(_ operation: String) throws(KernelError) {
    guard info.type.isPerCPU else {
      throw KernelError(operation, elements.subject, detail: "a \(info.type) map has no per-CPU values")
    }
  }
}
