import Testing

@testable import PolicyCompiler

@Suite("Sets of transport headers")
struct TransportSetTests {
  @Test("agree with sets of numbers")
  func agree() {
    var chance = Chance(seed: 1)
    let numbers: [UInt32] = Array(0...40) + Array(0xff_ffd0...0xff_ffff)
    for _ in 0..<500 {
      let (one, two) = (Self.random(&chance, numbers), Self.random(&chance, numbers))
      for number in numbers {
        let (left, right) = (Self.has(one, number), Self.has(two, number))
        #expect(Self.has(one.intersection(two), number) == (left && right))
        #expect(Self.has(one.subtracting(two), number) == (left && !right))
        #expect(Self.has(one.complement, number) == !left)
      }
      #expect(one.complement.complement == one)
      for (range, next) in zip(one.ranges, one.ranges.dropFirst()) { #expect(range.upperBound + 1 < next.lowerBound) }
    }
    #expect(TransportSet.all.complement == .none)
    #expect(TransportSet.none.complement == .all)
  }

  private static func random(_ chance: inout Chance, _ numbers: [UInt32]) -> TransportSet {
    TransportSet(
      (0..<chance.below(5)).map { _ in
        let (one, two) = (chance.pick(numbers), chance.pick(numbers))
        return min(one, two)...max(one, two)
      })
  }

  private static func has(_ set: TransportSet, _ number: UInt32) -> Bool { set.ranges.contains { $0.contains(number) } }

  @Test("every bit of a word has a hash of its own")
  func hashes() {
    #expect(Set((0..<64).map(ActionTable.hash(ofBit:))) == Set(0..<64))
  }
}
