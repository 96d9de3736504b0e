import EBPF

/// A way to load the datapath whose programs the verifier sees as different ones.
public enum LoadVariant: String, CaseIterable, Sendable {
  /// As it is nearly always.
  case plain
  /// While conntrack tables are resized, where the programs know two of each; with the exact clock, and without bpf_set_retval.
  case resizing

  /// Sets the constants of an object that is to be loaded this way.
  public func configure(_ spec: inout ObjectSpec) throws {
    guard self == .resizing else { return }
    try spec.setConstant("resizing", UInt32(1))
    try spec.setConstant("coarse_clock", UInt32(0))
    try spec.setConstant("set_retval", UInt32(0))
  }
}

/// How many instructions a kernel's verifier may go through, program by program: what it went through when that was measured
/// last, and a twentieth more, for compilers and kernels change little things. The kernel's own limit is 1,000,000.
public struct VerifierBudget: Sendable {
  /// The kernel's series, as 6.12.
  public let series: String
  let figures: [LoadVariant: [String: Int]]

  /// That of the running kernel; nil where nobody measured.
  public static func ofRunningKernel() -> VerifierBudget? {
    guard let version = KernelVersion.running else { return nil }
    return of(series: "\(version.major).\(version.minor)")
  }

  public static func of(series: String) -> VerifierBudget? {
    guard let column = VerifierFigures.series.firstIndex(of: series) else { return nil }
    let figures = VerifierFigures.table.mapValues { $0.mapValues { $0[column] } }
    return VerifierBudget(series: series, figures: figures)
  }

  /// What is wrong with the instructions of programs, by their names: one that has no figure, one over its budget, and figures
  /// without a program.
  public func complaints(_ verified: [String: Int], _ variant: LoadVariant) -> [String] {
    let figures = figures[variant] ?? [:]
    let over = verified.compactMap { name, count -> String? in
      guard let figure = figures[name] else { return "\(name) has no figure, and takes \(count)" }
      let budget = figure + figure / 20
      return count > budget ? "\(name) takes \(count), more than \(budget)" : nil
    }
    let missing = figures.keys.filter { verified[$0] == nil }.map { "\($0) was not loaded" }
    return (over + missing).sorted()
  }
}
