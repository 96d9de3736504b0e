// The maps of the kernel side under the same names, over the simulated kernel's storage.

/// Sees one element of a map: the map (not to be used), its key and its value in place, and nothing. Returns 0 to go on, 1 to
/// stop.
public typealias MapVisitor =
  @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer?)
  -> Int

public protocol BPFMap {
  associatedtype Key
  associatedtype Value
  var definition: MapDefinition { get }
}

extension BPFMap {
  private func bytes(_ key: UnsafePointer<Key>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: key, count: MemoryLayout<Key>.size))
  }

  /// The value in place, or nil.
  public func lookup(_ key: UnsafePointer<Key>) -> UnsafeMutablePointer<Value>? {
    let kernel = SimulatedKernel.current
    kernel.calls.append(.lookup(definition.name))
    return kernel.storage(definition).lookup(bytes(key))?.assumingMemoryBound(to: Value.self)
  }

  public func update(_ key: UnsafePointer<Key>, _ value: UnsafePointer<Value>, _ mode: UpdateMode) -> MapResult {
    let kernel = SimulatedKernel.current
    kernel.calls.append(.update(definition.name))
    return kernel.storage(definition).update(bytes(key), value, mode)
  }

  @discardableResult public func delete(_ key: UnsafePointer<Key>) -> MapResult {
    let kernel = SimulatedKernel.current
    kernel.calls.append(.delete(definition.name))
    return kernel.storage(definition).delete(bytes(key))
  }

  /// Calls `visitor` for each element; those that it deletes before their turn are left out.
  public func forEach(_ visitor: MapVisitor) {
    let kernel = SimulatedKernel.current
    kernel.calls.append(.forEach(definition.name))
    kernel.storage(definition).forEach { key, value in visitor(value, key, value, nil) == 0 }
  }

  static func define(_ name: StaticString, _ type: MapType, _ maxEntries: UInt32) -> MapDefinition {
    MapDefinition(
      name: "\(name)", type: type, keySize: MemoryLayout<Key>.size, valueSize: MemoryLayout<Value>.size,
      maxEntries: Int(maxEntries))
  }
}

public struct HashMap<Key, Value>: BPFMap {
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .hash, maxEntries) }
}

public struct LRUHashMap<Key, Value>: BPFMap {
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .lruHash, maxEntries) }
}

public struct LPMTrie<Key, Value>: BPFMap {
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .lpmTrie, maxEntries) }
}

/// The simulated kernel has one CPU.
public struct PerCPUHashMap<Key, Value>: BPFMap {
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .perCPUHash, maxEntries) }
}

/// Programs to go on to: policies of the simulated kernel, and what the packet logic itself has there.
public struct ProgramArray: BPFMap {
  public typealias Key = UInt32
  public typealias Value = UInt32
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .programArray, maxEntries) }

  /// A tail call: the policy that is in the slot, if any.
  public func tailCall(_ slot: UInt32) -> SimulatedPolicy? {
    SimulatedKernel.current.calls.append(.tailCall)
    return SimulatedKernel.current.policies[slot]
  }
}

public struct ArrayMap<Value>: BPFMap {
  public typealias Key = UInt32
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .array, maxEntries) }
}

public struct PerCPUArrayMap<Value>: BPFMap {
  public typealias Key = UInt32
  public let definition: MapDefinition
  public init(_ name: StaticString, maxEntries: UInt32) { definition = Self.define(name, .perCPUArray, maxEntries) }
}
