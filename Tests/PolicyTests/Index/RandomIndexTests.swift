import Testing

@testable import Policy
import PolicyWorld

@Suite("Members of sets, by chance")
struct RandomIndexTests {
  /// A dozen objects, so that much is shared.
  @Test(
    "after any history, members are those that the definitions say, and changes are exact",
    arguments: 0..<24 as Range<UInt64>)
  func histories(seed: UInt64) throws {
    var history = IndexHistory(seed: seed, objectCount: 12)
    for _ in 0..<150 {
      try history.go(steps: Int.random(in: 1...3, using: &history.chance))
      try check(history.index, history.follower, history.world)
    }
    #expect(history.follower.changeCount > 50)
  }

  /// Enough objects that it is chosen anew where selectors stand, as they come and as they go.
  @Test("the same with hundreds of objects, until all are gone", arguments: 0..<3 as Range<UInt64>)
  func manyObjects(seed: UInt64) throws {
    var history = IndexHistory(seed: 100 + seed, objectCount: 300)
    for _ in 0..<6 {
      try history.go(steps: 200)
      try check(history.index, history.follower, history.world)
    }
    #expect(history.world.objects.count > 128)
    for id in history.world.objects.keys.sorted(by: { $0.text < $1.text }) {
      history.apply(.object(id, nil))
      if history.chance.isTrue(oneIn: 30) { try check(history.index, history.follower, history.world) }
    }
    try check(history.index, history.follower, history.world)
    #expect(history.follower.changeCount > 500)
    for event in history.world.events { history.apply(event.undone) }
    #expect(history.follower.members.isEmpty)
    #expect(history.index.textCount == 0, "nothing is kept of what is gone")
  }

  @Test(
    "the order in which a world is told does not matter, nor what was true in between",
    arguments: 0..<8 as Range<UInt64>)
  func orders(seed: UInt64) throws {
    var random = RandomEvents(seed: 1000 + seed, objectCount: 40)
    var world = IndexWorld()
    for _ in 0..<300 { world.apply(try random.event()) }
    var events = world.events
    for order in 0..<6 {
      // As they come, backwards, and shuffled.
      if order == 1 { events.reverse() } else if order > 1 { random.shuffle(&events) }
      try tell(events, of: world, detours: order > 3 ? 40 : 0, &random)
    }
  }

  /// Tells a fresh index the events, the changes taken now and then, after some detours that are undone.
  private func tell(
    _ events: [IndexEvent], of world: IndexWorld, detours: Int, _ random: inout RandomEvents
  ) throws {
    var index = IPSetIndex()
    var follower = IndexFollower()
    var other = IndexWorld()
    for _ in 0..<detours {
      let event = try random.event()
      other.apply(event)
      index.apply(event)
    }
    for event in other.events.map(\.undone) + events {
      index.apply(event)
      if random.isTrue(oneIn: 10) { follower.follow(index.takeChanges()) }
    }
    follower.follow(index.takeChanges())
    try check(index, follower, world)
  }

  private func check(_ index: IPSetIndex, _ follower: IndexFollower, _ world: IndexWorld) throws {
    try #require(follower.mistakes.isEmpty)
    for number in 0..<12 {
      let id = IPSetID("set\(number)")
      let expected = world.members(of: id)
      try #require(index.members(of: id) == expected, "\(id.text): \(String(describing: world.sets[id]))")
      try #require(follower.members[id] ?? [] == expected, "\(id.text): \(String(describing: world.sets[id]))")
    }
  }
}

/// An index, what it was told, and who follows it.
private struct IndexHistory {
  private(set) var index = IPSetIndex()
  private(set) var world = IndexWorld()
  private(set) var follower = IndexFollower()
  private var random: RandomEvents
  var chance: SplitMix

  init(seed: UInt64, objectCount: Int) {
    random = RandomEvents(seed: seed, objectCount: objectCount)
    chance = SplitMix(seed: seed)
  }

  /// So many events by chance, and then the changes.
  mutating func go(steps: Int) throws {
    for _ in 0..<steps { tell(try random.event()) }
    follower.follow(index.takeChanges())
  }

  mutating func apply(_ event: IndexEvent) {
    tell(event)
    follower.follow(index.takeChanges())
  }

  private mutating func tell(_ event: IndexEvent) {
    world.apply(event)
    index.apply(event)
  }
}

extension IndexEvent {
  fileprivate var undone: IndexEvent {
    switch self {
    case .object(let id, _): .object(id, nil)
    case .parent(let id, _): .parent(id, nil)
    case .service(let name, _): .service(name, [])
    case .serviceAddresses(let name, _): .serviceAddresses(name, [])
    case .set(let id, _): .set(id, nil)
    }
  }
}
