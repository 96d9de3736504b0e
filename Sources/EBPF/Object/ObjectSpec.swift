/// A compiled BPF object as data: what it holds, nothing of the running kernel.
///
/// The same bytes always give the same spec. It may be loaded any number of times, each time with other constants.
public struct ObjectSpec: Sendable, Hashable {
  /// For error messages.
  public let name: String
  public var maps: [MapSpec]
  public var programs: [ProgramSpec]
  public private(set) var data: [DataSection]
  /// Of all its programs; from the `license` section.
  public let license: String
  /// Types of the object, made ready for the kernel.
  public let btf: BTF?

  /// An object put together by hand.
  public init(
    name: String, maps: [MapSpec] = [], programs: [ProgramSpec] = [], data: [DataSection] = [], btf: BTF? = nil
  ) {
    self.name = name
    self.maps = maps
    self.programs = programs
    self.data = data
    self.btf = btf
    license = programs.first?.license ?? ""
  }

  /// Takes an ELF object apart, whoever built it.
  ///
  /// - Throws: for every input that is not a whole and consistent BPF object; it never traps.
  public init(parsing bytes: [UInt8], name: String) throws(ObjectError) {
    do {
      let parser = try ObjectParser(bytes)
      self.name = name
      license = parser.license
      btf = parser.btf
      maps = try parser.maps()
      data = parser.data
      programs = try parser.programs()
    } catch {
      throw error.within(name)
    }
  }

  public func program(_ name: String) -> ProgramSpec? { programs.first { $0.name == name } }
  public func map(_ name: String) -> MapSpec? { maps.first { $0.name == name } }

  /// The names of the variables that `setConstant` takes.
  public var constants: [String] { data.filter(\.isReadOnly).flatMap(\.variables.keys).sorted() }

  /// Sets a variable of a `.rodata` section. The verifier sees the value as a constant and prunes what it turns off.
  ///
  /// - Throws: when there is no such variable, or `Value` does not have its size.
  public mutating func setConstant<Value: BitwiseCopyable>(_ name: String, _ value: Value) throws(ObjectError) {
    try setConstant(name, bytes: withUnsafeBytes(of: value) { Array($0) })
  }

  /// Sets a variable of a `.rodata` section to `bytes`, in the machine's byte order.
  public mutating func setConstant(_ name: String, bytes: [UInt8]) throws(ObjectError) {
    let (section, range) = try constant(name)
    guard range.count == bytes.count else {
      throw ObjectError("constant \(name) has \(range.count) bytes, the value given \(bytes.count)", object: self.name)
    }
    data[section].bytes.replaceSubrange(range, with: bytes)
  }

  /// The bytes that the constant has now.
  public func constantBytes(_ name: String) throws(ObjectError) -> [UInt8] {
    let (section, range) = try constant(name)
    return Array(data[section].bytes[range])
  }

  private func constant(_ name: String) throws(ObjectError) -> (section: Int, range: Range<Int>) {
    for (index, section) in data.enumerated() where section.isReadOnly {
      if let range = section.variables[name] { return (index, range) }
    }
    let known = constants.isEmpty ? "it has none" : "it has \(constants.joined(separator: ", "))"
    throw ObjectError("no constant \(name); \(known)", object: self.name)
  }
}
