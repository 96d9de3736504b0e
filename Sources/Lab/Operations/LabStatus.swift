/// How a lab stands: what `bin/lab status` shows.
public struct LabStatus: Hashable, Sendable {
  /// One process of the lab.
  public struct Process: Hashable, Sendable {
    public var name: String
    /// Nil if it was never started.
    public var pid: Int32?
    /// How long it has been running; nil if it does not.
    public var age: Duration?
    /// Where it can be reached, or what it does.
    public var remark: String
    /// Why it does not do its work though it runs; nil if it does.
    public var trouble: String?
  }

  /// One pod.
  public struct Pod: Hashable, Sendable {
    public var name: PodName
    public var node: String
    public var isReady: Bool
    public var status: String
    public var addresses: [String]
  }

  /// One Service.
  public struct Service: Hashable, Sendable {
    public var name: PodName
    public var addresses: [String]
    /// "80/TCP".
    public var ports: [String]
    public var endpoints: Int
  }

  public var name: LabName
  public var folder: String
  public var isComplete: Bool
  public var processes: [Process]
  public var pods: [Pod] = []
  public var services: [Service] = []
  /// Why pods and Services are not shown; nil if they are.
  public var problem: String?

  /// Whether all that should run does.
  public var isHealthy: Bool {
    isComplete && problem == nil && processes.allSatisfy { $0.age != nil && $0.trouble == nil }
  }

  /// For people.
  public var text: String {
    let dead = processes.filter { $0.age == nil }
    var text = "Lab \(name): \(summary(dead: dead.count)). State and logs: \(folder)\n\n"
    var table = TextTable(["PROCESS", "PID", "UP", "REMARK"])
    table.rows = processes.map { process in
      [
        process.name, process.pid.map(String.init) ?? "-", process.age.map(Self.short) ?? "dead",
        process.trouble.map { "not ready: \($0)" } ?? process.remark,
      ]
    }
    text += table.text
    if let problem { return text + "\n\(problem)\n" }
    return text + "\n" + podTable + "\n" + serviceTable
  }

  private func summary(dead: Int) -> String {
    if !isComplete { return "not completely up; bin/lab up goes on where it stopped" }
    if dead > 0 { return "\(dead) of \(processes.count) processes dead; bin/lab up starts them again" }
    if problem != nil { return "up, but not answering" }
    return processes.contains { $0.trouble != nil } ? "up, but not ready" : "up"
  }

  private var podTable: String {
    guard !pods.isEmpty else { return "No pods.\n" }
    var table = TextTable(["POD", "NODE", "READY", "STATUS", "ADDRESSES"])
    table.rows = pods.sorted { $0.name < $1.name }.map { pod in
      [
        pod.name.description, pod.node.isEmpty ? "-" : pod.node, pod.isReady ? "yes" : "no", pod.status,
        pod.addresses.isEmpty ? "-" : pod.addresses.joined(separator: ", "),
      ]
    }
    return table.text
  }

  private var serviceTable: String {
    guard !services.isEmpty else { return "No Services.\n" }
    var table = TextTable(["SERVICE", "ADDRESSES", "PORTS", "ENDPOINTS"])
    table.rows = services.sorted { $0.name < $1.name }.map { service in
      [
        service.name.description, service.addresses.joined(separator: ", "), service.ports.joined(separator: ", "),
        String(service.endpoints),
      ]
    }
    return table.text
  }

  /// "45s", "12m", "3h12m", "2d4h", as kubectl shortens ages.
  static func short(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<7_200: return "\(seconds / 60)m"
    case ..<86_400: return "\(seconds / 3_600)h\(seconds % 3_600 / 60)m"
    default: return "\(seconds / 86_400)d\(seconds % 86_400 / 3_600)h"
    }
  }
}
