import DataplaneABI
import Policy
import PolicyCompiler

/// Where a compiled policy runs.
protocol PolicySide: AnyObject {
  /// Has this policy asked from now on.
  func use(_ compiled: CompiledPolicy, classes: [AddressClass]) throws
  /// Does what classes need, in their order.
  func write(_ writes: ClassWrites) throws
  func ask(_ packet: TestPacket) throws -> Decision
  func counters() throws -> [UInt64]
}

enum PolicySlots {
  static let pod: UInt32 = 16
  static let firstSplit: UInt32 = 20
  static let count: UInt32 = 64

  static func splits(_ compiled: CompiledPolicy) -> [UInt32] {
    (1..<UInt32(max(compiled.programs.count, 1))).map { firstSplit + $0 }
  }
}

/// A program that went where it should not have gone.
struct Astray: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension Decision {
  /// What the question says once a continuation was reached.
  ///
  /// - Throws: where it is not what the contract says.
  init(_ question: PolicyQuestion, continuation: Int) throws {
    let isAllowed = question.isDenied == 0
    guard question.isDenied <= 1, continuation == (isAllowed ? 1 : 3), question.program == 7 else {
      throw Astray("continuation \(continuation) after \(question)")
    }
    if isAllowed {
      guard question.next == 2, question.next2 == 3, question.next3 == 3 else { throw Astray("slots \(question)") }
    }
    self.init(isAllowed: isAllowed, rule: Int(question.rule), isLogged: question.flags.contains(.logged))
  }
}

extension AddressPrefix {
  /// A key of the map of classes.
  var classKey: [UInt8] { withUnsafeBytes(of: UInt32(length)) { Array($0) } + octets }

  var isIPv4: Bool { family == .ipv4 }
}

extension PortMember {
  /// A key of the map of ports' classes.
  var classKey: [UInt8] {
    address.octets + withUnsafeBytes(of: PolicyTransport(proto: proto, detail: port)) { Array($0) }
  }
}
