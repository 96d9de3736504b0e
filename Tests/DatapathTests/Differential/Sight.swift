import DataplaneABI
import KernelRuntime

/// What a step led to, in what a reader of programs would tell apart: cases that are covered once two of them are.
struct Sight: Hashable {
  enum Way: UInt8, CaseIterable { case none, stack, peer, out, into, neighbour }

  /// Nil for a sweep.
  var program: World.Program?
  var family: FamilyName?
  var shape = FrameShape.Kind.plain
  var verdict: Int32
  var way = Way.none
  /// Bits by `CounterIndex`, `Drop` and `FlowEnd`.
  var events: UInt64 = 0
  var drops: UInt64 = 0
  var ends: UInt64 = 0
  /// Whether packets were sent beside it.
  var hasCopies = false

  /// What a play is kept for. How a packet is built matters to how it is read and rewritten; where something is counted
  /// besides, the combinations would be too many.
  var essence: Sight {
    guard events != 0 else { return self }
    var essence = self
    essence.shape = .plain
    return essence
  }
}

extension Sight: CustomStringConvertible {
  var description: String {
    let counted = CounterIndex.allCases.filter { events >> UInt64($0.rawValue) & 1 != 0 }.map { "\($0)" }
    let dropped = Drop.allCases.filter { drops >> UInt64($0.rawValue) & 1 != 0 }.map { "\($0)" }
    let ended = FlowEnd.allCases.filter { ends >> UInt64($0.rawValue) & 1 != 0 }.map { "\($0)" }
    guard let program else { return (["sweep", family.map { "\($0)" } ?? ""] + ended).joined(separator: " ") }
    let what =
      ["\(program.name)", family.map { "\($0)" } ?? "no IP", "\(shape)", "\(way)", "\(verdict)"]
      + (hasCopies ? ["copies"] : [])
    return (what + counted + dropped).joined(separator: " ")
  }
}

/// Sees what steps lead to, by what the simulated kernel tells.
struct Watch {
  private var rows: [[UInt64]] = [Counters.sum([]), Counters.sum([])]

  /// What was seen in `step`, which has just been played.
  mutating func sights(of step: Step, _ outcome: Outcome, _ side: SimulatedSide) throws -> [Sight] {
    switch step {
    case .packet(let shot): [try sight(of: shot, outcome, side)]
    case .sweep: try sweepSights(side)
    default: []
    }
  }

  private mutating func sight(of shot: Shot, _ outcome: Outcome, _ side: SimulatedSide) throws -> Sight {
    let shape = FrameShape(shot.bytes)
    var sight = Sight(program: shot.program, family: shape.family, shape: shape.kind, verdict: outcome.verdict)
    sight.hasCopies = !side.kernel.copies.isEmpty
    sight.way = way(outcome, shot, side.kernel.redirect)
    let storage = try side.storage(MapName.counters)
    for hook in rows.indices {
      let key = CounterKey(interfaceIndex: Shot.interface, hook: UInt32(hook))
      let row = Counters.sum([storage.get(key, as: Counters.self) ?? Counters()])
      for (slot, count) in row.enumerated() where count != rows[hook][slot] {
        let first = Int(Counters.firstDrop)
        if slot < first { sight.events |= 1 << UInt64(slot) } else { sight.drops |= 1 << UInt64(slot - first) }
      }
      rows[hook] = row
    }
    return sight
  }

  private func way(_ outcome: Outcome, _ shot: Shot, _ redirect: Redirect?) -> Sight.Way {
    switch redirect {
    case .peer?: .peer
    case .out?: .out
    case .into?: .into
    case .neighbour?: .neighbour
    case nil: outcome.verdict == Verdict.next.rawValue && outcome.mark & ~shot.mark != 0 ? .stack : .none
    }
  }

  /// One for each kind of end, lest every mixture of them count as something new.
  private func sweepSights(_ side: SimulatedSide) throws -> [Sight] {
    try FamilyName.allCases.flatMap { family in
      let tally = try side.storage(MapName.sweep).get(UInt32(family == .v4 ? 0 : 1), as: SweepTally.self)
      let sweep = Sweep(tally)
      var sights = sweep.ends.keys.map { Sight(family: family, verdict: 0, ends: 1 << UInt64($0.rawValue)) }
      if sweep.told > 0 { sights.append(Sight(family: family, verdict: 1)) }
      return sights
    }
  }
}
