import EBPF

/// What a program is handed: the struct that its first argument points to.
public protocol ProgramInput {
  var address: UInt64 { get }
  /// What a program reads there; nil where there is no field but memory.
  func load(_ width: AccessWidth, _ place: UInt64) throws -> UInt64?
  /// Takes what a program writes there; false where there is no field but memory.
  func store(_ width: AccessWidth, _ place: UInt64, _ value: UInt64) throws -> Bool
}

/// A context that no field of is looked at.
public final class BlankInput: ProgramInput {
  private let memory = UnsafeMutableRawPointer.allocate(byteCount: 192, alignment: 8)

  public init() { memory.initializeMemory(as: UInt8.self, repeating: 0, count: 192) }
  deinit { memory.deallocate() }

  public var address: UInt64 { UInt64(UInt(bitPattern: memory)) }
  public func load(_: AccessWidth, _: UInt64) -> UInt64? { nil }
  public func store(_: AccessWidth, _: UInt64, _: UInt64) -> Bool { false }
}

/// A program does what the kernel would not let it do, or the interpreter does not know.
public struct InterpreterFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
