// Typed maps. The name of the variable is the map's name; the one passed here serves the simulated kernel.

public protocol BPFMap {
  associatedtype Key
  associatedtype Value
  var definition: BPFMapDef { get set }
}

extension BPFMap {
  var handle: UnsafeMutableRawPointer {
    @inline(__always) mutating get { withUnsafeMutablePointer(to: &self) { UnsafeMutableRawPointer($0) } }
  }

  /// The value in place, or nil.
  @inline(__always) public mutating func lookup(_ key: UnsafePointer<Key>) -> UnsafeMutablePointer<Value>? {
    Helper.lookup(handle, key)?.assumingMemoryBound(to: Value.self)
  }

  @inline(__always)
  public mutating func update(
    _ key: UnsafePointer<Key>, _ value: UnsafePointer<Value>, _ mode: UpdateMode
  ) -> MapResult {
    MapResult(rawValue: Helper.update(handle, key, value, mode.rawValue))
  }

  @discardableResult
  @inline(__always) public mutating func delete(_ key: UnsafePointer<Key>) -> MapResult {
    MapResult(rawValue: Helper.delete(handle, key))
  }
}

/// Sees one element of a map: the map, its key and its value in place, and nothing. Returns 0 to go on, 1 to stop.
///
/// It may delete the element, and others.
public typealias MapVisitor =
  @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer?)
  -> Int

extension BPFMap {
  /// Calls `visitor` for each element; elements that come or go meanwhile may be left out. A visitor is a closure in its own
  /// right: it captures nothing.
  @inline(__always) public mutating func forEach(_ visitor: MapVisitor) {
    _ = Helper.forEachMapElement(handle, visitor)
  }
}

/// BPF_MAP_TYPE_HASH, memory taken as entries come (BPF_F_NO_PREALLOC).
public struct HashMap<Key, Value>: BPFMap {
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(
      type: 1, key: MemoryLayout<Key>.size, value: MemoryLayout<Value>.size, maxEntries: maxEntries, flags: 1)
  }
}

/// BPF_MAP_TYPE_LRU_HASH: a full map gives up what was not used for longest.
public struct LRUHashMap<Key, Value>: BPFMap {
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(
      type: 9, key: MemoryLayout<Key>.size, value: MemoryLayout<Value>.size, maxEntries: maxEntries)
  }
}

/// BPF_MAP_TYPE_LPM_TRIE: a key begins with its prefix length in bits.
public struct LPMTrie<Key, Value>: BPFMap {
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(
      type: 11, key: MemoryLayout<Key>.size, value: MemoryLayout<Value>.size, maxEntries: maxEntries, flags: 1)
  }
}

/// BPF_MAP_TYPE_PERCPU_HASH: a look-up gives this CPU's value.
public struct PerCPUHashMap<Key, Value>: BPFMap {
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(
      type: 5, key: MemoryLayout<Key>.size, value: MemoryLayout<Value>.size, maxEntries: maxEntries, flags: 1)
  }
}

/// BPF_MAP_TYPE_PROG_ARRAY: programs to go on to.
public struct ProgramArray: BPFMap {
  public typealias Key = UInt32
  public typealias Value = UInt32
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(type: 3, key: 4, value: 4, maxEntries: maxEntries)
  }

  /// Goes on to the program in a slot, with the same packet; comes back only if there is none.
  @inline(__always) public mutating func tailCall(_ buffer: SocketBuffer, _ slot: UInt32) {
    _ = Helper.tailCall(UnsafeMutableRawPointer(buffer.context), handle, slot)
  }
}

/// BPF_MAP_TYPE_ARRAY: zeroed elements that are always there.
public struct ArrayMap<Value>: BPFMap {
  public typealias Key = UInt32
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(type: 2, key: 4, value: MemoryLayout<Value>.size, maxEntries: maxEntries)
  }
}

/// BPF_MAP_TYPE_PERCPU_ARRAY: zeroed elements, one for each CPU.
public struct PerCPUArrayMap<Value>: BPFMap {
  public typealias Key = UInt32
  public var definition: BPFMapDef
  @inline(__always) public init(_ name: StaticString, maxEntries: UInt32) {
    definition = BPFMapDef(type: 6, key: 4, value: MemoryLayout<Value>.size, maxEntries: maxEntries)
  }
}
