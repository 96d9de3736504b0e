import Glibc

/// What the environment says about random runs.
enum RunSettings {
  /// APUS_SEED repeats a run; otherwise each run has a new seed, and a failure tells it.
  static var seed: UInt64 { number("APUS_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max)) }
  /// APUS_PACKETS says how many packets are sent.
  static var packets: Int { number("APUS_PACKETS").map { Int($0) } ?? 60_000 }
  /// APUS_MEASURE tells how many of what there were, and how long it took.
  static var tells: Bool { getenv("APUS_MEASURE") != nil }
  /// APUS_CORPUS=extend keeps the plays in which something new is seen.
  static var extendsCorpus: Bool { getenv("APUS_CORPUS").map { String(cString: $0) } == "extend" }
  /// APUS_SIMULATED leaves the running kernel out, as does whoever may not load programs.
  static var loads: Bool { geteuid() == 0 && getenv("APUS_SIMULATED") == nil }

  private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
