import Foundation

/// The words of `kubectl get pods`: one state out of phase, conditions and container states.
struct PodStatusText {
  private let pod: JSON
  private let statuses: [JSON]
  private let initStatuses: [JSON]

  init(_ pod: JSON) {
    self.pod = pod
    statuses = pod["status"]?["containerStatuses"]?.array ?? []
    initStatuses = pod["status"]?["initContainerStatuses"]?.array ?? []
  }

  /// E.g. "1/2".
  var ready: String {
    let total = pod["spec"]?["containers"]?.array?.count ?? 0
    return "\(statuses.count { $0["ready"]?.bool == true })/\(total)"
  }

  var readinessGates: String {
    let gates = pod["spec"]?["readinessGates"]?.array ?? []
    guard !gates.isEmpty else { return "<none>" }
    let conditions = pod["status"]?["conditions"]?.array ?? []
    let fulfilled = gates.count { gate in
      conditions.contains { $0["type"] == gate["conditionType"] && $0["status"]?.string == "True" }
    }
    return "\(fulfilled)/\(gates.count)"
  }

  /// E.g. "2" or "2 (5m ago)".
  func restarts(now: Date) -> String {
    let considered = initReason == nil ? statuses : initStatuses
    let count = considered.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
    let last = considered.compactMap { $0["lastState"]?["terminated"]?["finishedAt"]?.string }
      .compactMap(Timestamp.parse).max()
    guard count > 0, let last else { return String(count) }
    return "\(count) (\(Age.text(seconds: Int(now.timeIntervalSince(last)))) ago)"
  }

  var reason: String {
    let base = initReason ?? containerReason
    guard pod["metadata"]?["deletionTimestamp"] != nil else { return base }
    let reason = pod["status"]?["reason"]?.string
    if reason == "NodeLost" { return "Unknown" }
    return ["Succeeded", "Failed"].contains(phase) ? base : "Terminating"
  }

  private var phase: String { pod["status"]?["phase"]?.string ?? "" }

  private var phaseReason: String {
    if let reason = pod["status"]?["reason"]?.string, !reason.isEmpty { return reason }
    let gated = pod["status"]?["conditions"]?.array?.contains {
      $0["type"]?.string == "PodScheduled" && $0["reason"]?.string == "SchedulingGated"
    }
    return gated == true ? "SchedulingGated" : phase
  }

  /// What the first unfinished init container does; nil when all are finished.
  private var initReason: String? {
    let total = pod["spec"]?["initContainers"]?.array?.count ?? 0
    for (index, status) in initStatuses.enumerated() {
      let state = status["state"]
      if state?["terminated"]?["exitCode"]?.int == 0 { continue }
      if let terminated = state?["terminated"] { return "Init:" + Self.reason(ofTerminated: terminated) }
      if let waiting = state?["waiting"]?["reason"]?.string, !waiting.isEmpty, waiting != "PodInitializing" {
        return "Init:" + waiting
      }
      return "Init:\(index)/\(total)"
    }
    return nil
  }

  private var containerReason: String {
    var reason = phaseReason
    var hasRunning = false
    for status in statuses.reversed() {
      let state = status["state"]
      if let waiting = state?["waiting"]?["reason"]?.string, !waiting.isEmpty {
        reason = waiting
      } else if let terminated = state?["terminated"] {
        reason = Self.reason(ofTerminated: terminated)
      } else if status["ready"]?.bool == true, state?["running"] != nil {
        hasRunning = true
      }
    }
    guard reason == "Completed", hasRunning else { return reason }
    return isReady ? "Running" : "NotReady"
  }

  private var isReady: Bool {
    pod["status"]?["conditions"]?.array?.contains {
      $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
    } ?? false
  }

  private static func reason(ofTerminated state: JSON) -> String {
    if let reason = state["reason"]?.string, !reason.isEmpty { return reason }
    if let signal = state["signal"]?.int, signal != 0 { return "Signal:\(signal)" }
    return "ExitCode:\(state["exitCode"]?.int ?? 0)"
  }
}
