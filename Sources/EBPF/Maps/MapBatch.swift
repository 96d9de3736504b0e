extension MapElements {
  /// Elements a batch call moves; a bucket of a hash with more doubles it.
  private static let batchSize = 1024
  /// Far more than any bucket has.
  private static let largestBatch = 1 << 20

  /// All entries by BPF_MAP_LOOKUP_BATCH; nil when the kernel has no batches for this type of map.
  func lookUpBatches() throws(KernelError) -> (keys: [UInt8], values: [UInt8])? {
    let valueSize = try transferSize()
    var all: (keys: [UInt8], values: [UInt8]) = ([], [])
    var capacity = min(MapElements.batchSize, max(info.maxEntries, 1))
    var position: NativeBuffer?
    while true {
      let next = NativeBuffer(count: max(info.keySize, 8))
      let keys = NativeBuffer(count: capacity * info.keySize)
      let values = NativeBuffer(count: capacity * valueSize)
      var attributes = batch(keys: keys, values: values, count: capacity)
      if let position { attributes.set(position, at: 0) }
      attributes.set(next, at: 8)
      var error: Errno?
      do { try attributes.call(.mapLookUpBatch) } catch let failure { error = failure }
      if error == .noSpace, capacity < MapElements.largestBatch {
        capacity *= 2
        continue
      }
      if let error, error != .noEntry {
        if position == nil, MapElements.isMissing(error) { return nil }
        throw failure("look up in", error)
      }
      let count = Int(attributes.get(UInt32.self, at: 32))
      all.keys += keys.bytes(0..<count * info.keySize)
      all.values += values.bytes(0..<count * valueSize)
      if error == .noEntry { return all }
      // A map that grows as fast as it is read must not hold the caller for ever.
      guard all.keys.count <= max(info.maxEntries, 1) * info.keySize * 4 else {
        throw KernelError("iterate", subject, detail: "it changes faster than it can be read", fix: "Try again.")
      }
      position = next
    }
  }

  /// Updates all of `keys` to `values`, in one call where the kernel can. Elements before a failing one are written.
  func update(keys: [UInt8], values: [UInt8], count: Int, _ mode: UpdateMode) throws(KernelError) {
    let keys = NativeBuffer(keys)
    let values = NativeBuffer(values)
    let valueSize = try transferSize()
    let (error, done) = run(
      .mapUpdateBatch, keys, values, from: 0, to: count, valueSize: valueSize, flags: mode.rawValue)
    guard let error else { return }
    guard MapElements.isMissing(error) else { throw failure("update", error, after: done, of: count) }
    for index in (done == count ? 0 : done)..<count {
      let error = call(
        .mapUpdate, keys.pointer(index * info.keySize), values.pointer(index * valueSize), flags: mode.rawValue)
      if let error { throw failure("update", error, after: index, of: count) }
    }
  }

  /// Deletes all of `keys`, in one call where the kernel can; those that are not there are skipped.
  func delete(keys: [UInt8], count: Int) throws(KernelError) {
    let keys = NativeBuffer(keys)
    var start = 0
    while start < count {
      let (error, done) = run(.mapDeleteBatch, keys, nil, from: start, to: count, valueSize: 0, flags: 0)
      guard let error else { return }
      if error == .noEntry {
        start += min(done, count - start) + 1
      } else if MapElements.isMissing(error) {
        break
      } else {
        throw failure("delete from", error, after: start + done, of: count)
      }
    }
    while start < count {
      let error = call(.mapDelete, keys.pointer(start * info.keySize), nil)
      if let error, error != .noEntry { throw failure("delete from", error, after: start, of: count) }
      start += 1
    }
  }

  /// One batch call over elements `start..<end`: its error and how many elements it did before.
  private func run(
    _ command: Command, _ keys: NativeBuffer, _ values: NativeBuffer?, from start: Int, to end: Int, valueSize: Int,
    flags: UInt64
  ) -> (error: Errno?, done: Int) {
    guard start < end else { return (nil, 0) }
    var attributes = batch(keys: keys, values: values, count: end - start)
    attributes.set(keys.address + UInt64(start * info.keySize), at: 16)
    if let values { attributes.set(values.address + UInt64(start * valueSize), at: 24) }
    attributes.set(flags, at: 40)
    do throws(Errno) {
      try attributes.call(command)
      return (nil, end - start)
    } catch {
      return (error, Int(attributes.get(UInt32.self, at: 32)))
    }
  }

  private func failure(_ operation: String, _ errno: Errno, after done: Int, of count: Int) -> KernelError {
    KernelError(operation, subject, errno: errno, detail: "after \(done) of \(count) elements")
  }

  private func batch(keys: NativeBuffer, values: NativeBuffer?, count: Int) -> Attributes {
    var attributes = Attributes(size: 56)
    attributes.set(keys, at: 16)
    if let values { attributes.set(values, at: 24) }
    attributes.set(UInt32(truncatingIfNeeded: count), at: 32)
    attributes.set(descriptor, at: 36)
    return attributes
  }

  static func isMissing(_ errno: Errno) -> Bool {
    [.invalidArgument, .operationNotSupported, .notSupported].contains(errno)
  }
}
