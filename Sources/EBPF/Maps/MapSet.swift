/// Maps by name, each kept open: what a loaded object has, and what another one may be given to share.
public struct MapSet: Sendable {
  private struct Entry: Sendable {
    let info: MapInfo
    let descriptor: Descriptor
  }

  private var entries: [String: Entry] = [:]

  public init() {}

  /// Sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Adds the map under `name`, or its own; replaces one of that name.
  public mutating func insert(_ map: borrowing Map, as name: String? = nil) {
    entries[name ?? map.name] = Entry(info: map.info, descriptor: map.descriptor)
  }

  /// Adds all maps of `other`, which win over those of the same name here.
  public mutating func merge(_ other: MapSet) { entries.merge(other.entries) { $1 } }

  /// A handle on the map of that name.
  public subscript(_ name: String) -> Map? {
    guard let entry = entries[name] else { return nil }
    return Map(name: name, info: entry.info, descriptor: entry.descriptor)
  }

  /// A handle on the map of that name.
  ///
  /// - Throws: when there is none, telling which there are.
  public func map(_ name: String) throws(KernelError) -> Map {
    guard let map = self[name] else {
      throw KernelError("find", "map \(name)", detail: "there are \(names.joined(separator: ", "))")
    }
    return map
  }

  /// A typed view of the map of that name.
  public func typed<Key, Value>(
    _ name: String, _ key: Key.Type, _ value: Value.Type
  ) throws(KernelError) -> TypedMap<Key, Value> {
    try TypedMap(map(name))
  }
}
