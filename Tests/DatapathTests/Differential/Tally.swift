import DataplaneABI

/// How often each outcome came about that programs tell apart.
struct Tally: CustomStringConvertible {
  private(set) var counts: [String: Int] = [:]

  init(_ sights: [Sight: Int]) {
    for (sight, count) in sights {
      for name in Self.names(sight) { counts[name, default: 0] += count }
    }
  }

  /// Those of `Tally.all` that came about less often.
  func rarer(than least: Int) -> [String] { Self.all.filter { counts[$0, default: 0] < least } }

  var description: String { counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "\n") }

  /// All that test runs can lead to.
  static let all: [String] =
    Drop.allCases.filter { !impossible.contains($0) }.map { "drop \($0)" }
    + CounterIndex.allCases.map { "event \($0)" } + FlowEnd.allCases.map { "end \($0)" }
    + World.Program.allCases.map { "program \($0.name)" } + FamilyName.allCases.map { "\($0)" }
    + Sight.Way.allCases.map { "way \($0)" } + FrameShape.Kind.allCases.map { "passed \($0)" } + ["told", "copies"]

  /// Those that take a kernel without memory, and one that is no longer used.
  private static let impossible: Set<Drop> = [.conntrackFull, .rewriteFailed, .hairpin]

  private static func names(_ sight: Sight) -> [String] {
    var names = Drop.allCases.filter { sight.drops >> UInt64($0.rawValue) & 1 != 0 }.map { "drop \($0)" }
    names += CounterIndex.allCases.filter { sight.events >> UInt64($0.rawValue) & 1 != 0 }.map { "event \($0)" }
    names += FlowEnd.allCases.filter { sight.ends >> UInt64($0.rawValue) & 1 != 0 }.map { "end \($0)" }
    guard let program = sight.program else { return names + (sight.verdict == 1 ? ["told"] : []) }
    names += ["program \(program.name)", "way \(sight.way)"]
    if sight.hasCopies { names.append("copies") }
    if let family = sight.family { names.append("\(family)") }
    // Handled by a program of ours, whatever stood between its headers.
    if sight.way != .none { names.append("passed \(sight.shape)") }
    return names
  }
}
