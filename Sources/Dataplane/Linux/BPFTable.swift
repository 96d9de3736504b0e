import EBPF

extension KernelTable where Key: BitwiseCopyable, Value: BitwiseCopyable {
  /// The elements of a map.
  public init(_ map: TypedMap<Key, Value>) {
    self.init(
      name: map.name,
      read: { Dictionary(try map.entries().map { ($0.key, $0.value) }) { $1 } },
      write: { try map.update($0) },
      remove: { try map.delete($0) })
  }
}
