import DataplaneABI
import EBPF

/// Where the fields of `PolicyQuestion` are.
enum QuestionField {
  static let source = offset(\.source)
  static let destination = offset(\.destination)
  static let transport = offset(\.transport)
  static let sourcePort = offset(\.sourcePort)
  static let next = offset(\.next)
  static let next2 = offset(\.next2)
  static let next3 = offset(\.next3)
  static let isDenied = offset(\.isDenied)
  static let program = offset(\.program)
  static let rule = offset(\.rule)
  static let flags = offset(\.flags)

  private static func offset(_ field: PartialKeyPath<PolicyQuestion>) -> Int16 {
    guard let offset = MemoryLayout<PolicyQuestion>.offset(of: field) else {
      preconditionFailure("PolicyQuestion has only stored fields")
    }
    return Int16(offset)
  }
}
