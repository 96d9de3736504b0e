import Foundation
import Netlink

/// Carries out for one pod what its `PodLifecycle` says, as far as this machine is concerned.
struct PodRunner: Sendable {
  let paths: LabPaths
  /// The path of the `apus` binary.
  let program: String
  let records: PodRecords

  /// Makes control group, namespace and cable.
  func makeSandbox(_ record: PodRecord) throws {
    try records.save(record)
    try ControlGroup(path: record.controlGroup).create()
    try record.sandbox.make()
  }

  /// Ends what still runs in the pod, and removes all of it.
  func removeSandbox(_ record: PodRecord) async throws {
    guard try await ControlGroup(path: record.controlGroup).remove() else {
      throw LabError("the processes in \(record.controlGroup) do not end")
    }
    try record.sandbox.remove()
    records.remove(record.uid)
  }

  /// Starts a container's command inside the pod; the record knows the process before this returns.
  func start(
    _ container: ContainerSpecification, of pod: PodSpecification, _ record: inout PodRecord
  ) throws -> ProcessIdentity {
    guard !container.command.isEmpty else {
      throw LabError("container \(container.name) has no command: the lab runs programs of this machine, not images")
    }
    let environment = ContainerEnvironment.make(
      container, of: pod, addresses: record.addresses, programs: (program as NSString).deletingLastPathComponent)
    // Said here, it is a reason in the pod's status; inside, it would be a line in a log.
    _ = try Enclosure.find(container.command[0], environment)
    let enclosure = Enclosure(
      namespace: record.namespace, controlGroup: record.controlGroup, hostsFile: paths.hostsFile)
    let process = try DetachedProcess(
      program: program, arguments: enclosure.arguments + container.command, environment: environment,
      log: paths.log(of: pod.name)
    ).start()
    record.processes[container.name] = process
    try records.save(record)
    return process
  }

  /// Waits until the node's agent has opened the host-side interface; false if the interface goes away before.
  func waitUntilOpen(_ sandbox: Sandbox) async throws -> Bool {
    while !Task.isCancelled {
      if try sandbox.isOpen() { return true }
      guard try sandbox.isThere() else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}
