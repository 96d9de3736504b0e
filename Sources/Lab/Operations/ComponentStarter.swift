import Glibc

/// Starts the lab's processes and sees whether they live.
struct ComponentStarter: Sendable {
  let location: LabLocation
  let program: String

  /// Starts a process unless it runs already; the state says so before this returns.
  ///
  /// - Returns: whether it had to be started.
  func start(_ component: Component, _ state: inout LabState) throws -> Bool {
    if state.processes[component.name]?.isAlive == true { return false }
    if let controlGroup = component.enclosure.controlGroup { try ControlGroup(path: controlGroup).create() }
    let process = DetachedProcess(
      program: program, arguments: component.enclosure.arguments + component.command,
      environment: Self.environment, log: location.paths.log(of: component.name))
    state.processes[component.name] = try process.start()
    try location.save(state)
    return true
  }

  /// What the lab's own processes inherit: nothing that differs from one caller to the next.
  private static let environment = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8",
  ]

  /// Fails if a process of the lab is gone; shows the end of its log.
  func check(_ name: String, _ state: LabState) throws(LabError) {
    guard let process = state.processes[name], !process.isAlive else { return }
    let log = location.paths.log(of: name)
    let end = LogFile(path: log).lastLines(8).map { "  \($0)" }.joined(separator: "\n")
    throw LabError(
      "\(name) ended soon after it was started; its log ends with\n\(end)", advice: "The whole log: \(log)")
  }
}

extension Enclosure {
  /// The arguments by which `apus` enters and then runs what follows.
  var arguments: [String] {
    var arguments = ["lab", "enter"]
    if let namespace { arguments += ["--net", namespace] }
    if let controlGroup { arguments += ["--cgroup", controlGroup] }
    if let hostsFile { arguments += ["--hosts", hostsFile] }
    return arguments + ["--"]
  }
}
