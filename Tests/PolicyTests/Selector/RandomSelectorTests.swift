import Testing

@testable import Policy
import PolicyWorld

@Suite("Selectors by chance")
struct RandomSelectorTests {
  @Test("what is written is read as the same selector, and selects the same", arguments: 0..<8 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = RandomSelectors(seed: seed)
    var selected = 0
    for _ in 0..<500 {
      let text = random.text()
      let selector = try Selector(text)
      let canonical = selector.description
      // Only text that is read has a limit.
      guard canonical.unicodeScalars.count <= Selector.textLimit else { continue }
      let again = try Selector(canonical)
      #expect(again == selector && again.description == canonical, "\(text)")
      for _ in 0..<8 {
        let labels = random.labels()
        #expect(again.matches(labels) == selector.matches(labels), "\(text) and \(labels)")
        #expect(selector.negated.matches(labels) != selector.matches(labels), "\(text) and \(labels)")
        selected += selector.matches(labels) ? 1 : 0
      }
    }
    #expect((400...3600).contains(selected), "chance makes both kinds: \(selected) of 4000")
  }

  @Test("a restriction leaves out nothing that is selected", arguments: 0..<8 as Range<UInt64>)
  func restrictions(seed: UInt64) throws {
    var random = RandomSelectors(seed: 100 + seed)
    var restricted = 0
    for _ in 0..<500 {
      let selector = try Selector(random.text())
      let costs = SplitMix(seed: random.chance.next())
      let restriction = selector.restriction { condition in
        var costs = costs
        return Int(costs.next() % 100) ^ (condition.hashValue & 0x3f)
      }
      guard case .anyOf(let conditions) = restriction else { continue }
      restricted += 1
      for _ in 0..<20 {
        let labels = random.labels()
        guard selector.matches(labels) else { continue }
        #expect(
          conditions.contains { $0.holds(of: labels) }, "\(selector) is not restricted to \(conditions): \(labels)")
      }
    }
    #expect(restricted > 100)
  }

  @Test("100,000 texts by chance crash nothing, and each error's place is in the text")
  func anyText() {
    let pieces = [
      "a", "has(", "all()", "global()", ")", "(", "!", "&&", "||", "==", "!=", " in ", " not in ", "{", "}", ",", "'x'",
      "\"", "'", " ", "\t", "é", "\u{0}", "=", "&", "contains", "starts with", "\u{301}", "\u{1f600}",
    ]
    var chance = SplitMix(seed: 7)
    var accepted = 0
    for round in 0..<100_000 {
      let count = Int.random(in: 0...24, using: &chance)
      let text =
        round % 2 == 0
        ? String(decoding: (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }, as: UTF8.self)
        : (0..<count).map { _ in chance.pick(pieces) }.joined()
      do {
        let selector = try Selector(text)
        accepted += 1
        #expect(try Selector(selector.description) == selector)
      } catch {
        let offset = error.offset ?? -1
        #expect((0...text.utf8.count).contains(offset) && error.column ?? 0 >= 1, "\(text): \(error)")
      }
    }
    #expect(accepted > 1000)
  }
}

extension LabelCondition {
  fileprivate func holds(of labels: [String: String]) -> Bool {
    switch self {
    case .present(let name): labels[name.string] != nil
    case .value(let name, let value): labels[name.string].map(ExactText.init) == value
    }
  }
}
