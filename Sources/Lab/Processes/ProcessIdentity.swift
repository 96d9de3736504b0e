import Foundation

/// A process, told from a later one with the same number by the time it started.
public struct ProcessIdentity: Hashable, Sendable, Codable {
  public let pid: Int32
  /// Clock ticks between the start of the machine and of the process (proc_pid_stat(5), field 22).
  public let startTime: UInt64

  public init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }

  /// The process that has the number now; nil if there is none, or only one that ended and was not yet waited for.
  public init?(living pid: Int32) {
    guard let fields = Self.fields(of: pid), fields.state != "Z", fields.state != "X" else { return nil }
    self.init(pid: pid, startTime: fields.startTime)
  }

  /// A child that was not yet waited for, whether it lives or not.
  init?(child pid: Int32) {
    guard let fields = Self.fields(of: pid) else { return nil }
    self.init(pid: pid, startTime: fields.startTime)
  }

  /// Whether this very process still runs.
  public var isAlive: Bool { ProcessIdentity(living: pid) == self }

  private static func fields(of pid: Int32) -> (state: String, startTime: UInt64)? {
    (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)).flatMap { fields(ofStat: $0) }
  }

  /// Reads a line of /proc/PID/stat. The second field is the name in parentheses and may hold anything.
  static func fields(ofStat stat: String) -> (state: String, startTime: UInt64)? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
    guard fields.count > 19, let startTime = UInt64(fields[19]) else { return nil }
    return (String(fields[0]), startTime)
  }

  /// How long it has been running; nil if that cannot be told.
  public var age: Duration? {
    guard let text = try? String(contentsOfFile: "/proc/uptime", encoding: .utf8),
      let uptime = text.split(separator: " ").first.flatMap({ Double($0) })
    else { return nil }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    guard ticks > 0 else { return nil }
    return .seconds(max(0, uptime - Double(startTime) / ticks))
  }
}
