extension MapElements {
  /// Every key, one system call each. A map that changes meanwhile may lose or repeat some.
  func keys() throws(KernelError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var key = [UInt8](repeating: 0, count: max(info.keySize, 1))
    var next = key
    // The kernel starts over when the key it is to follow has gone: a bound for a map that never stands still.
    let bound = max(info.maxEntries, 1) * 2
    var isFirst = true
    while keys.count <= bound {
      let error = key.withUnsafeBytes { key in
        next.withUnsafeMutableBytes { call(.mapNextKey, isFirst ? nil : key.baseAddress, $0.baseAddress) }
      }
      if error == .noEntry { return keys }
      if let error { throw failure("iterate", error) }
      keys.append(next)
      swap(&key, &next)
      isFirst = false
    }
    throw KernelError("iterate", subject, detail: "it changes faster than it can be read", fix: "Try again.")
  }

  /// All keys and all values, each in one run of bytes.
  func lookUpAll() throws(KernelError) -> (keys: [UInt8], values: [UInt8]) {
    if let all = try lookUpBatches() { return all }
    return try lookUpEach()
  }

  /// The same by two system calls an element.
  func lookUpEach() throws(KernelError) -> (keys: [UInt8], values: [UInt8]) {
    let valueSize = try transferSize()
    var all: (keys: [UInt8], values: [UInt8]) = ([], [])
    for key in try keys() {
      var value = [UInt8](repeating: 0, count: max(valueSize, 1))
      let error = key.withUnsafeBytes { key in
        value.withUnsafeMutableBytes { call(.mapLookUp, key.baseAddress, $0.baseAddress) }
      }
      // Deleted since its key was read.
      if error == .noEntry { continue }
      if let error { throw failure("look up in", error) }
      all.keys += key.prefix(info.keySize)
      all.values += value.prefix(valueSize)
    }
    return all
  }
}
