/// The little that the test programs share: maps, two helpers, a context. It stands for KernelRuntime, so that these
/// tests do not move when the datapath does.
enum KernelSource {
  static let runtime = """
    struct BPFMapDef {
      var type: UInt32, keySize: UInt32, valueSize: UInt32, maxEntries: UInt32, flags: UInt32
    }

    typealias Context = UnsafeMutableRawPointer

    @inline(__always) func helper<Function>(_ number: Int) -> Function { unsafeBitCast(number, to: Function.self) }

    protocol Map {
      associatedtype Key
      associatedtype Value
    }

    extension Map {
      @inline(__always) mutating func lookup(_ key: Key) -> UnsafeMutablePointer<Value>? {
        var key = key
        let map = withUnsafeMutablePointer(to: &self) { UnsafeMutableRawPointer($0) }
        let call: @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer) -> UnsafeMutableRawPointer? = helper(1)
        return withUnsafePointer(to: &key) { call(map, $0)?.assumingMemoryBound(to: Value.self) }
      }
    }

    struct HashMap<Key, Value>: Map {
      var definition: BPFMapDef
      @inline(__always) init(_ entries: UInt32) {
        definition = BPFMapDef(
          type: 1, keySize: UInt32(truncatingIfNeeded: MemoryLayout<Key>.size),
          valueSize: UInt32(truncatingIfNeeded: MemoryLayout<Value>.size), maxEntries: entries, flags: 0)
      }
    }

    struct ArrayMap<Value>: Map {
      typealias Key = UInt32
      var definition: BPFMapDef
      @inline(__always) init(_ entries: UInt32) {
        definition = BPFMapDef(
          type: 2, keySize: 4, valueSize: UInt32(truncatingIfNeeded: MemoryLayout<Value>.size), maxEntries: entries,
          flags: 0)
      }
    }

    @inline(__always) func random() -> UInt32 { (helper(7) as @convention(c) () -> UInt32)() }

    """
}
