import Glibc
import Synchronization

extension Map {
  /// Creates a map.
  ///
  /// - Parameter btf: the object's types in the kernel; the map is created without them where the kernel refuses.
  public static func create(_ spec: MapSpec) throws(KernelError) -> Map { try create(spec, btf: nil) }

  static func create(_ spec: MapSpec, btf: Descriptor?) throws(KernelError) -> Map {
    var inner: Map?
    if let template = spec.inner.first { inner = try create(template, btf: btf) }
    var spec = spec
    if spec.type == .perfEventArray, spec.maxEntries == 0 {
      spec.maxEntries = UInt32(try PossibleCPUs.count())
    }
    do {
      return try Map(name: spec.name, descriptor: open(spec, inner: inner?.descriptor, btf: btf))
    } catch let error as Errno {
      throw KernelError("create", "map \(spec.name)", errno: error, detail: spec.shape)
    } catch let error as KernelError {
      throw error
    } catch {
      throw KernelError("create", "map \(spec.name)", detail: "\(error)")
    }
  }

  /// The map pinned at `path` if one is there and is what `spec` asks for, else a new one, pinned there.
  ///
  /// - Throws: when what is pinned differs, naming what differs. Nothing is removed.
  public static func openOrCreate(_ spec: MapSpec, pinnedAt path: String) throws(KernelError) -> Map {
    try openOrCreate(spec, pinnedAt: path, btf: nil)
  }

  static func openOrCreate(_ spec: MapSpec, pinnedAt path: String, btf: Descriptor?) throws(KernelError) -> Map {
    if let descriptor = try Pin.open(path, .map, subject: "map \(spec.name)") {
      let map = try Map(name: spec.name, descriptor: descriptor)
      try map.check(against: spec, at: "pinned at \(path)")
      return map
    }
    let map = try create(spec, btf: btf)
    try map.pin(path)
    return map
  }

  /// - Throws: unless the map has the type, the sizes and the flags of `spec`.
  func check(against spec: MapSpec, at place: String) throws(KernelError) {
    let differences = spec.differences(from: info)
    guard differences.isEmpty else {
      throw KernelError(
        "reuse", subject, detail: "what is \(place) differs: \(differences.joined(separator: ", "))",
        fix: "Remove it to start empty, or copy its entries to a new map first.")
    }
  }

  private static func open(_ spec: MapSpec, inner: Descriptor?, btf: Descriptor?) throws(Errno) -> Descriptor {
    func attempt(_ btf: Descriptor?) throws(Errno) -> Descriptor {
      var attributes = Attributes(size: 72)
      let words = [spec.type.rawValue, spec.keySize, spec.valueSize, spec.maxEntries, spec.flags.rawValue]
      for (index, word) in words.enumerated() { attributes.set(word, at: index * 4) }
      if let inner { attributes.set(inner, at: 20) }
      attributes.setName(spec.name, at: 28)
      if let btf, spec.valueType != 0, spec.type.takesBTF {
        attributes.set(btf, at: 48)
        attributes.set(spec.keyType, at: 52)
        attributes.set(spec.valueType, at: 56)
      }
      return try attributes.open(.mapCreate)
    }
    do {
      return try attempt(btf)
    } catch {
      // Before 5.11 maps count against RLIMIT_MEMLOCK.
      if error == .operationNotPermitted, MemoryLockLimit.raise() { return try attempt(btf) }
      // Types are for dumps; a kernel that does not take them still takes the map.
      guard btf != nil, error == .invalidArgument || error == .notSupported else { throw error }
      return try attempt(nil)
    }
  }
}

extension MapSpec {
  /// In words, for errors.
  var shape: String {
    "\(type), key \(keySize) bytes, value \(valueSize) bytes, \(maxEntries) entries, flags 0x\(String(flags.rawValue, radix: 16))"
  }

  /// What the kernel's map has that this does not ask for.
  func differences(from info: MapInfo) -> [String] {
    var differences: [String] = []
    func compare(_ what: String, _ has: some CustomStringConvertible, _ wanted: some CustomStringConvertible) {
      if has.description != wanted.description { differences.append("\(what) \(has), wanted \(wanted)") }
    }
    compare("type", info.type, type)
    compare("key size", info.keySize, keySize)
    compare("value size", info.valueSize, valueSize)
    compare("max entries", info.maxEntries, maxEntries)
    compare("flags", info.flags.rawValue, flags.rawValue)
    return differences
  }
}

/// RLIMIT_MEMLOCK, which bounded BPF memory until kernel 5.11 charged it to cgroups.
enum MemoryLockLimit {
  /// Lifts it once a process; whether that was now.
  static func raise() -> Bool {
    isRaised.withLock { done in
      guard !done else { return false }
      done = true
      var limit = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
      return setrlimit(__rlimit_resource_t(8), &limit) == 0
    }
  }

  private static let isRaised = Mutex(false)
}
