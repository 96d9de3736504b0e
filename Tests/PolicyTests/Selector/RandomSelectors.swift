import PolicyWorld
/// Makes text of selectors, and labels that they may match. Few names and values, so that they often do.
struct RandomSelectors {
  var chance: SplitMix

  init(seed: UInt64) { chance = SplitMix(seed: seed) }

  static let names = ["a", "b.c/d", "in", "not", "has", "projectcalico.org/namespace"]
  static let values = ["", "x", "xy", "y", "it's", "say \"x\"", "é", "e\u{301}"]

  mutating func labels() -> [String: String] {
    var labels: [String: String] = [:]
    for name in Self.names where chance.isTrue(oneIn: 2) { labels[name] = chance.pick(Self.values) }
    return labels
  }

  /// Text of at most about 500 characters.
  mutating func text() -> String { chance.isTrue(oneIn: 30) ? space() : alternatives(depth: 3) }

  private mutating func alternatives(depth: Int) -> String {
    let operands = (0...Int.random(in: 0...2, using: &chance) / 2).map { _ in conjunction(depth: depth) }
    return operands.joined(separator: space() + "||" + space())
  }

  private mutating func conjunction(depth: Int) -> String {
    let operands = (0...Int.random(in: 0...3, using: &chance) / 2).map { _ in operand(depth: depth) }
    return operands.joined(separator: space() + "&&" + space())
  }

  private mutating func operand(depth: Int) -> String {
    let negations = chance.isTrue(oneIn: 3) ? String(repeating: "!", count: Int.random(in: 1...3, using: &chance)) : ""
    guard depth > 0, chance.isTrue(oneIn: 2) else { return negations + space() + condition() }
    return negations + space() + "(" + space() + alternatives(depth: depth - 1) + space() + ")"
  }

  private mutating func condition() -> String {
    let name = chance.pick(Self.names)
    switch Int.random(in: 0..<13, using: &chance) {
    case 0: return "has(" + space() + name + space() + ")"
    case 1: return "all(" + space() + ")"
    case 2: return "global(" + space() + ")"
    case 3, 4: return name + space() + "==" + space() + value()
    case 5: return name + space() + "!=" + space() + value()
    case 6, 7: return name + " in" + space() + set()
    case 8: return name + " not" + space() + "in" + space() + set()
    case 9: return name + " contains" + space() + value()
    case 10: return name + " starts" + space() + "with" + space() + value()
    case 11: return name + " ends" + space() + "with" + space() + value()
    default: return name + " notin" + space() + set()
    }
  }

  private mutating func set() -> String {
    let values = (0..<Int.random(in: 0...3, using: &chance)).map { _ in value() }
    return "{" + values.joined(separator: space() + "," + space()) + space() + "}"
  }

  private mutating func value() -> String {
    let value = chance.pick(Self.values)
    if value.contains("\"") { return "'\(value)'" }
    return value.contains("'") || chance.isTrue(oneIn: 2) ? "\"\(value)\"" : "'\(value)'"
  }

  private mutating func space() -> String { chance.pick(["", " ", "\t ", " "]) }
}
