/// A table of the kernel, a map or a set of routes, as three effects. Tests put memory, or faults, in their place.
public struct KernelTable<Key: Hashable & Sendable, Value: Hashable & Sendable>: Sendable {
  /// For messages: the name of the map.
  public var name: String
  /// All that the kernel holds and that is ours.
  public var read: @Sendable () throws -> [Key: Value]
  /// Creates or replaces entries. When it throws, some of them may have been written.
  public var write: @Sendable ([(key: Key, value: Value)]) throws -> Void
  /// Deletes entries; missing ones are fine. When it throws, some of them may have been deleted.
  public var remove: @Sendable ([Key]) throws -> Void

  public init(
    name: String, read: @escaping @Sendable () throws -> [Key: Value],
    write: @escaping @Sendable ([(key: Key, value: Value)]) throws -> Void,
    remove: @escaping @Sendable ([Key]) throws -> Void
  ) {
    self.name = name
    self.read = read
    self.write = write
    self.remove = remove
  }
}
