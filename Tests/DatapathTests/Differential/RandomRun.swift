/// Random plays, one after the other.
struct RandomRun {
  /// What came of it.
  struct Report: Sendable {
    var plays: UInt64 = 0
    var packets = 0
    /// How often each thing was seen, and the play in which its like was first seen, up to there.
    var counts: [Sight: Int] = [:]
    var firsts: [Sight: Play] = [:]
    /// Where the two kernels did not agree, and the shortest way there.
    var failure: String?
  }

  private static let steps = 120

  private let twin: Twin
  private(set) var report = Report()

  init(_ twin: Twin) { self.twin = twin }

  /// Sends that many packets, or fewer if the two kernels do not agree.
  static func run(seed: UInt64, packets: Int, loading: Bool) throws -> Report {
    let twin = try Twin(loading: loading)
    var run = RandomRun(twin)
    while run.report.packets < packets, run.report.failure == nil {
      let seed = seed &+ run.report.plays
      var play = Play(random: 0, steps: [])
      do { try run.play(seed: seed, &play) } catch let mismatch as Mismatch {
        // Whoever is kept waiting for so long sees another time.
        if twin.tookTooLong { continue }
        let shortest = play.shortestMismatch(twin)
        run.report.failure = "\(mismatch)\nAPUS_SEED=\(seed) repeats it at once; the shortest way there:\n\(shortest)"
      }
    }
    return run.report
  }

  /// One play: fill the maps, then let things happen that build on each other. Throws if the two kernels do not agree; `play` is
  /// then what led there.
  private mutating func play(seed: UInt64, _ play: inout Play) throws {
    var chance = Chance(seed: seed)
    // Much happens only where most things are as they should be.
    chance.isSound = !chance.once(in: 3)
    play = Play(random: chance.pick(Twin.randoms), steps: [])
    try twin.begin(random: play.random)
    var watch = Watch()
    for step in RandomContents.make(&chance) { try take(step, &play, &watch) }
    var source = RandomSteps(chance)
    for _ in 0..<Self.steps {
      let step = try source.next { try twin.simulated.flows }
      source.saw(step, try take(step, &play, &watch))
    }
    try twin.compareContents()
    report.packets += play.packetCount
    report.plays += 1
  }

  @discardableResult
  private mutating func take(_ step: Step, _ play: inout Play, _ watch: inout Watch) throws -> Outcome {
    play.steps.append(step)
    let outcome = try twin.play(step)
    for sight in try watch.sights(of: step, outcome, twin.simulated) {
      report.counts[sight, default: 0] += 1
      if report.firsts[sight.essence] == nil { report.firsts[sight.essence] = play }
    }
    return outcome
  }
}

extension Play {
  /// All that is seen in it, in a simulated kernel.
  func sights(_ twin: Twin) throws -> Set<Sight> {
    try twin.begin(random: random)
    var watch = Watch()
    return try steps.reduce(into: []) { seen, step in
      seen.formUnion(try watch.sights(of: step, try twin.play(step), twin.simulated))
    }
  }

  /// The least of it that the two kernels still do not agree on.
  func shortestMismatch(_ twin: Twin) -> Play {
    Shrinking.shortest(self) { shorter in
      do {
        try twin.play(shorter, closely: true)
        return false
      } catch { return error is Mismatch && !twin.tookTooLong }
    }
  }
}
