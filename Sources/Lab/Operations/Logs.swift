import Foundation

/// The logs of a lab.
public struct Logs: Sendable {
  private let location: LabLocation
  private let topology: Topology

  public init(_ location: LabLocation) throws(LabError) {
    self.location = location
    topology = try location.topology(try location.loadExisting())
  }

  private var components: [String] {
    [Component.controlPlane, Component.kubelet] + topology.nodes.map(\.host.name)
  }

  /// All logs, the lab's own processes first.
  public var all: [(name: String, file: LogFile)] {
    let own = components.map { ($0, LogFile(path: location.paths.log(of: $0))) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: location.paths.logs)) ?? []
    let pods = names.filter { $0.hasPrefix("pod-") }.sorted().map {
      ($0, LogFile(path: "\(location.paths.logs)/\($0)"))
    }
    return own + pods
  }

  /// The log of a component ("node1", "kubelet", "control-plane") or of a pod.
  public func file(of target: String, namespace: String?) throws(LabError) -> LogFile {
    let path: String
    if namespace == nil, components.contains(target) {
      path = location.paths.log(of: target)
    } else if case .pod(let pod) = ExecTarget(target, namespace: namespace, in: topology) {
      path = location.paths.log(of: pod)
    } else {
      throw LabError("\(target) runs nothing that keeps a log")
    }
    guard access(path, F_OK) == 0 else {
      throw LabError(
        "there is no log of \(target)", advice: "Logs are kept of \(components.joined(separator: ", ")) and of pods.")
    }
    return LogFile(path: path)
  }
}
