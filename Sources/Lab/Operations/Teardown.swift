import Foundation
import Netlink

/// Takes a lab down: processes, namespaces, pins, control groups, files. Only what the lab's own state and name say.
public struct Teardown: Sendable {
  let location: LabLocation
  let progress: Progress

  public init(_ location: LabLocation, progress: Progress) {
    self.location = location
    self.progress = progress
  }

  /// False if there was no lab. What cannot be removed does not keep the rest from being removed.
  @discardableResult
  public func run() async throws -> Bool {
    let lock = try LabLock(file: location.paths.lockFile)
    guard let state = try location.load() else {
      unlink(location.paths.lockFile)
      return false
    }
    let topology = try location.topology(state)
    var failures: [String] = []
    func attempt(_ title: String, _ body: () async throws -> String?) async {
      do { try await progress.step(title, body) } catch { failures.append("\(title): \(error)") }
    }
    await attempt("stop the processes") { try await stopProcesses(state) }
    await attempt("end the pods") { try await endPods() }
    await attempt("remove the namespaces") {
      try Fabric(topology).remove()
      return nil
    }
    await attempt("remove the pins") { try removePins() }
    await attempt("remove the control groups") { try await removeControlGroups() }
    guard failures.isEmpty else {
      throw LabError(
        "the lab is not completely down:\n  \(failures.joined(separator: "\n  "))",
        advice: "Mend that and run bin/lab down again; \(location.paths.folder) still knows what belongs to the lab.")
    }
    await attempt("remove \(location.paths.folder)") {
      try FileManager.default.removeItem(atPath: location.paths.folder)
      unlink(location.paths.lockFile)
      return nil
    }
    _ = consume lock
    return true
  }

  /// The kubelet first, so that nothing is started any more; the API server last, so that nobody misses it.
  private func stopProcesses(_ state: LabState) async throws -> String? {
    let ends = [Component.kubelet, Component.controlPlane]
    let grace = Duration.seconds(5)
    try await state.processes[Component.kubelet]?.stop(grace: grace)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (name, process) in state.processes where !ends.contains(name) {
        group.addTask { try await process.stop(grace: grace) }
      }
      try await group.waitForAll()
    }
    try await state.processes[Component.controlPlane]?.stop(grace: grace)
    return nil
  }

  private func endPods() async throws -> String? {
    let records = PodRecords(folder: location.paths.pods)
    let all = try records.all()
    for record in all {
      guard try await ControlGroup(path: record.controlGroup).remove() else {
        throw LabError("the processes in \(record.controlGroup) do not end")
      }
      try record.sandbox.remove()
      records.remove(record.uid)
    }
    return "\(all.count)"
  }

  private func removePins() throws -> String? {
    guard FileManager.default.fileExists(atPath: location.paths.pins) else { return nil }
    try FileManager.default.removeItem(atPath: location.paths.pins)
    return nil
  }

  private func removeControlGroups() async throws -> String? {
    guard try await ControlGroup(path: location.paths.controlGroup).remove() else {
      throw LabError("\(location.paths.controlGroup) still holds processes")
    }
    return nil
  }
}
