import CalicoAPI

/// What port numbers, port names and protocols must look like.
enum PortRule {
  static let protocols = ["SCTP", "TCP", "UDP"]

  static func problems(_ port: JSON?, _ field: String) -> [FieldError] {
    guard let port, port != .null else { return [.required(field)] }
    guard let number = port.int, (1...65535).contains(number) else {
      return [.invalid(field, port, "must be between 1 and 65535, inclusive")]
    }
    return []
  }

  static func protocolProblems(_ value: JSON?, _ field: String) -> [FieldError] {
    guard let name = value?.string, !name.isEmpty else { return [.required(field)] }
    return protocols.contains(name) ? [] : [.notSupported(field, name, protocols)]
  }
}
