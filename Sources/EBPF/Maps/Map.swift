/// A handle on a kernel map. The descriptor closes with the last handle, view or program that uses it; the map itself
/// lives on while it is pinned or a loaded program refers to it.
public struct Map: ~Copyable, Sendable {
  /// The name its object gave it, which may be longer than the kernel's.
  public let name: String
  /// What the kernel said when the handle was made.
  public let info: MapInfo
  let descriptor: Descriptor

  init(name: String, descriptor: Descriptor) throws(KernelError) {
    self.name = name
    self.descriptor = descriptor
    do {
      info = try MapInfo(descriptor)
    } catch {
      throw KernelError("ask about", "map \(name)", errno: error)
    }
  }

  init(name: String, info: MapInfo, descriptor: Descriptor) {
    self.name = name
    self.info = info
    self.descriptor = descriptor
  }

  /// A second handle on the same map.
  public func share() -> Map { Map(name: name, info: info, descriptor: descriptor) }

  /// A typed view of the map.
  ///
  /// - Throws: when the sizes of `Key` or `Value` are not the kernel's.
  public func typed<Key, Value>(_ key: Key.Type, _ value: Value.Type) throws(KernelError) -> TypedMap<Key, Value> {
    try TypedMap(self)
  }

  /// Pins the map at `path` in bpffs, so that it outlives this process.
  public func pin(_ path: String) throws(KernelError) { try Pin.create(descriptor, at: path, subject: subject) }

  /// Opens the map pinned at `path`; nil when nothing is there.
  public static func openPinned(_ path: String) throws(KernelError) -> Map? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let descriptor = try Pin.open(path, .map, subject: "map \(name)") else { return nil }
    return try Map(name: name, descriptor: descriptor)
  }

  /// Removes a pin; the map ends with its last user.
  public static func unpin(_ path: String) throws(KernelError) { try Pin.remove(path, subject: "map") }

  /// Ends all writes from user space. The verifier then takes the contents of a read-only map for constants.
  public func freeze() throws(KernelError) {
    var attributes = Attributes(size: 4)
    attributes.set(descriptor, at: 0)
    do { try attributes.call(.mapFreeze) } catch { throw failure("freeze", error) }
  }

  /// Puts a program into a slot of a program array, where tail calls find it.
  public func setProgram(at index: UInt32, _ program: borrowing LoadedProgram) throws(KernelError) {
    let descriptor = program.descriptor
    defer { withExtendedLifetime(descriptor) {} }
    try storeDescriptor(descriptor, at: index)
  }

  /// Puts a map into a slot of an array of maps.
  public func setMap(at index: UInt32, _ map: borrowing Map) throws(KernelError) {
    try storeDescriptor(map.descriptor, at: index)
  }

  /// Empties a slot of a program array or an array of maps; an empty slot is no error.
  @discardableResult
  public func clear(at index: UInt32) throws(KernelError) -> Bool { try elements.delete(index) }

  private func storeDescriptor(_ value: Descriptor, at index: UInt32) throws(KernelError) {
    try checkSizes(MemoryLayout<UInt32>.size, MemoryLayout<UInt32>.size, "store")
    let key = index
    var number = value.rawValue
    let outcome = withUnsafeBytes(of: key) { key in
      withUnsafeMutableBytes(of: &number) { elements.call(.mapUpdate, key.baseAddress, $0.baseAddress) }
    }
    if let outcome { throw failure("store into slot \(index) of", outcome) }
  }

  var subject: String { "map \(name)" }
  var elements: MapElements { MapElements(descriptor: descriptor, subject: subject, info: info) }

  func failure(_ operation: String, _ errno: Errno) -> KernelError { KernelError(operation, subject, errno: errno) }

  func checkSizes(_ key: Int, _ value: Int, _ operation: String) throws(KernelError) {
    guard key == info.keySize, value == info.valueSize else {
      throw KernelError(
        operation, subject,
        detail: "\(key) bytes by \(value) given, a \(info.type) map of \(info.keySize) by \(info.valueSize) there")
    }
  }
}
