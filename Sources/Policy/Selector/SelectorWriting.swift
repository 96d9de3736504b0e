extension SelectorNode {
  var canonicalText: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .all: text += "all()"
    case .global: text += "global()"
    case .label(let name, let test): test.write(name.string, to: &text)
    case .not(let operand):
      text += "!"
      operand.write(to: &text)
    case .and(let operands): Self.write(operands, joinedBy: " && ", to: &text)
    case .or(let operands): Self.write(operands, joinedBy: " || ", to: &text)
    }
  }

  private static func write(_ operands: [SelectorNode], joinedBy separator: String, to text: inout String) {
    text += "("
    for (index, operand) in operands.enumerated() {
      if index > 0 { text += separator }
      operand.write(to: &text)
    }
    text += ")"
  }
}

extension LabelTest {
  fileprivate func write(_ name: String, to text: inout String) {
    switch self {
    case .exists: text += "has(\(name))"
    case .equals(let value): text += "\(name) == \(value.quoted)"
    case .differs(let value): text += "\(name) != \(value.quoted)"
    case .among(let values): text += "\(name) in \(Self.list(values))"
    case .notAmong(let values): text += "\(name) not in \(Self.list(values))"
    case .contains(let part): text += "\(name) contains \(part.quoted)"
    case .startsWith(let part): text += "\(name) starts with \(part.quoted)"
    case .endsWith(let part): text += "\(name) ends with \(part.quoted)"
    }
  }

  private static func list(_ values: [ExactText]) -> String {
    "{" + values.map(\.quoted).joined(separator: ", ") + "}"
  }
}

extension ExactText {
  fileprivate var quoted: String { string.utf8.contains(UInt8(ascii: "\"")) ? "'\(string)'" : "\"\(string)\"" }
}
