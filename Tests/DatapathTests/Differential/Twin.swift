import DataplaneABI
import Datapath
import Glibc
import KernelRuntime

/// The compiled programs in the running kernel, and a simulated kernel beside them that the same things happen in. Without the
/// first, it is a simulated kernel.
final class Twin {
  /// What programs are given as random numbers: what the two choose must be the same.
  static let randoms: [UInt32] = [1, 2, 7, SplitTables.random]

  let simulated = SimulatedSide()
  private let all: [UInt32: LoadedSide]
  private var loaded: LoadedSide?
  private var began: UInt64 = 0
  /// By how much times may differ: the longest that a step took, as the kernel reads the clock somewhere in it.
  private var slack: UInt64 = 0

  init(loading: Bool) throws {
    all = loading ? try Dictionary(uniqueKeysWithValues: Self.randoms.map { ($0, try LoadedSide(random: $0)) }) : [:]
  }

  /// The clock that programs read; without the kernel one that stands still.
  private var now: UInt64 { all.isEmpty ? 100_000_000_000_000 : Self.clock(CLOCK_MONOTONIC_COARSE) }

  static func clock(_ id: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(id, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Whether it took so long that the two may judge ages differently: those differ from timeouts by 5 s.
  var tookTooLong: Bool { now - began > 4_000_000_000 }

  /// Empties all maps, but for settings: with none, what happens at once and what happens a tick later would differ.
  func begin(random: UInt32) throws {
    simulated.begin(random: random)
    loaded = all[random]
    try loaded?.begin()
    began = now
    slack = 0
    _ = try play(.set(RandomContents.settings))
  }

  /// Has it happen in both, in the running kernel first. Throws if they do not agree.
  func play(_ step: Step) throws -> Outcome {
    // Sweeps read the exact clock, packets that of the last tick.
    let isSweep = if case .sweep = step { true } else { false }
    let now = isSweep && loaded != nil ? Self.clock(CLOCK_MONOTONIC) : now
    guard let loaded else { return try simulated.play(step, now: now) }
    if isSweep {
      for map in MapTimes.flows { try simulated.storage(map).visitOrder = loaded.visitOrder(map) }
    }
    let kernel = try loaded.play(step, now: now)
    slack = max(slack, Self.clock(CLOCK_MONOTONIC) - now)
    let outcome = try simulated.play(step, now: now)
    guard kernel == outcome else {
      let rows = (try? loaded.counters()).map { "\($0)" } ?? ""
      throw Mismatch("kernel \(kernel)\nsimulated \(outcome)\ncounted in the kernel \(rows)")
    }
    return outcome
  }

  /// All of a play. Throws if the two do not agree, in the end or, if `closely`, after any step.
  func play(_ play: Play, closely: Bool = false) throws {
    try begin(random: play.random)
    for step in play.steps {
      _ = try self.play(step)
      if closely { try compareContents() }
    }
    try compareContents()
  }
}

// MARK: Comparing

extension Twin {
  /// Throws at the first map that differs.
  func compareContents() throws {
    guard let loaded else { return }
    for definition in DatapathMaps.all
    where definition.name != MapName.counters && !DatapathMaps.working.contains(definition.name) {
      let kernel = try loaded.contents(definition.name)
      let simulated = try simulated.storage(definition.name).bytes
      if kernel == simulated { continue }
      for key in Set(kernel.keys).union(simulated.keys).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        guard let value = kernel[key], let other = simulated[key], isEqual(definition.name, value, other) else {
          throw Mismatch(
            """
            \(definition.name)[\(Hex.text(key))]
            kernel    \(kernel[key].map(Hex.text) ?? "none")
            simulated \(simulated[key].map(Hex.text) ?? "none")
            """)
        }
      }
    }
    try compareCounters(loaded)
  }

  private func compareCounters(_ loaded: LoadedSide) throws {
    let kernel = try loaded.counters()
    let storage = try simulated.storage(MapName.counters)
    guard kernel.count == storage.count else {
      throw Mismatch("\(kernel.count) rows of counters in the kernel, \(storage.count) simulated")
    }
    for (key, row) in kernel {
      let simulated = Counters.sum([storage.get(key, as: Counters.self) ?? Counters()])
      guard row == simulated else { throw Mismatch("counters of \(key)\nkernel    \(row)\nsimulated \(simulated)") }
    }
  }

  /// Whether two values differ in nothing but times, and in those by no more than clocks do.
  private func isEqual(_ map: String, _ value: [UInt8], _ other: [UInt8]) -> Bool {
    guard MapTimes.timeless(map, value) == MapTimes.timeless(map, other) else { return false }
    return zip(MapTimes.of(map, value), MapTimes.of(map, other)).allSatisfy { max($0, $1) - min($0, $1) <= slack }
  }
}

/// What the two kernels do not agree on.
struct Mismatch: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension World.Program {
  /// The name of the entry point.
  var name: String {
    switch self {
    case .workloadIngress: "workload_ingress"
    case .workloadEgress: "workload_egress"
    case .hostIngress: "host_ingress"
    case .hostEgress: "host_egress"
    }
  }
}
