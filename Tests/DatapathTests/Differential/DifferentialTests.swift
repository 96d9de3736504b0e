import DataplaneABI
import Glibc
import Testing

@Suite("The compiled programs and the simulated run agree", .serialized)
struct DifferentialTests {
  private static let rounds = 120
  private static let shotsPerRound = 100

  /// APUS_SEED repeats a run; otherwise each run has a new seed, and a failure tells it.
  private static var seed: UInt64 {
    if let text = getenv("APUS_SEED"), let seed = UInt64(String(cString: text)) { return seed }
    return UInt64.random(in: 0...UInt64(UInt32.max))
  }

  @Test("on random packets over random maps: verdict, octets, mark, maps and counters", .enabled(if: geteuid() == 0))
  func agree() throws {
    let seed = Self.seed
    let twins = try [UInt32(1), 2, 7].map { try KernelTwin(random: $0) }
    var verdicts: [Int32: Int] = [:]
    for round in 0..<Self.rounds {
      let roundSeed = seed &+ UInt64(round)
      let twin = twins[Int(roundSeed % UInt64(twins.count))]
      var shots: [Shot] = []
      do {
        try play(twin, roundSeed, &shots, &verdicts)
      } catch let mismatch as Mismatch {
        Issue.record(
          """
          seed \(seed), round \(round): \(mismatch)
          repeat with APUS_SEED=\(seed); the shortest way there:
          \(Shrinking.shortest(shots) { Self.fails(twin, roundSeed, $0) }.map(\.description).joined(separator: "\n"))
          """)
        return
      }
    }
    // A generator that only made packets that are dropped would prove little.
    for verdict: Int32 in [-1, 2, 7] {
      #expect(verdicts[verdict, default: 0] > 500, "seed \(seed): \(verdicts)")
    }
  }

  /// One round: fill the maps, then send packets that build on each other.
  private func play(
    _ twin: KernelTwin, _ seed: UInt64, _ shots: inout [Shot], _ verdicts: inout [Int32: Int]
  ) throws {
    try Self.fill(twin, seed)
    var chance = Chance(seed: ~seed)
    var came: [UInt8]?
    for _ in 0..<Self.shotsPerRound {
      let shot = Shot.random(&chance, after: shots.last?.bytes, came: came)
      shots.append(shot)
      came = try Self.send(shot, twin, &verdicts)
    }
    try twin.compareContents()
  }

  private static func fill(_ twin: KernelTwin, _ seed: UInt64) throws {
    var chance = Chance(seed: seed)
    let now = KernelTwin.clock
    try twin.fill(RandomContents.make(&chance, now: now), startedAt: now)
  }

  private static func send(_ shot: Shot, _ twin: KernelTwin, _ verdicts: inout [Int32: Int]) throws -> [UInt8] {
    let (kernel, simulated) = try twin.run(shot)
    guard kernel == simulated else { throw Mismatch("kernel \(kernel)\nsimulated \(simulated)") }
    verdicts[kernel.verdict, default: 0] += 1
    return kernel.bytes
  }

  /// Whether these packets, over the maps of that seed, still show a difference.
  private static func fails(_ twin: KernelTwin, _ seed: UInt64, _ shots: [Shot]) -> Bool {
    var verdicts: [Int32: Int] = [:]
    do {
      try fill(twin, seed)
      for shot in shots {
        _ = try send(shot, twin, &verdicts)
        try twin.compareContents()
      }
      return false
    } catch {
      return error is Mismatch
    }
  }
}

/// Makes a failure small.
enum Shrinking {
  /// Leaves out what is not needed: first packets, then octets from the end of each.
  static func shortest(_ shots: [Shot], fails: ([Shot]) -> Bool) -> [Shot] {
    var shots = shots
    var index = shots.count - 1
    while index >= 0 {
      var fewer = shots
      fewer.remove(at: index)
      if fails(fewer) { shots = fewer }
      index -= 1
    }
    for index in shots.indices {
      while shots[index].bytes.count > Shot.shortest(shots[index].bytes) {
        var shorter = shots
        shorter[index].bytes.removeLast()
        guard fails(shorter) else { break }
        shots = shorter
      }
    }
    return shots
  }
}
