/// Global data of an object: becomes an array map of one element.
public struct DataSection: Sendable, Hashable {
  /// `.rodata`, `.data`, `.bss`, also with a suffix as `.rodata.config`.
  public let name: String
  /// The contents at load.
  public internal(set) var bytes: [UInt8]
  /// Where each named variable lies in `bytes`.
  public let variables: [String: Range<Int>]
  /// Number of its description in the object's BTF; 0 is none.
  var type: BTFTypeID

  public init(name: String, bytes: [UInt8], variables: [String: Range<Int>] = [:]) {
    self.name = name
    self.bytes = bytes
    self.variables = variables.filter { $0.value.lowerBound >= 0 && $0.value.upperBound <= bytes.count }
    type = 0
  }

  /// Whether it is frozen once it is filled, so that the verifier takes its values for constants.
  public var isReadOnly: Bool { name == ".rodata" || name.hasPrefix(".rodata.") }

  static func isOne(_ name: String) -> Bool {
    [".rodata", ".data", ".bss"].contains { name == $0 || name.hasPrefix($0 + ".") }
  }
}
