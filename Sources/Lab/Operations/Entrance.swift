/// Goes into a pod or onto a host of a lab.
public struct Entrance: Sendable {
  let location: LabLocation

  public init(_ location: LabLocation) { self.location = location }

  /// Becomes `command` there. Comes back only with an error.
  ///
  /// - Parameters:
  ///   - target: a pod, a node or "client", as in `ExecTarget`.
  ///   - namespace: the pod's namespace; nil if none was given.
  public func run(
    _ command: [String], in target: String, namespace: String? = nil, environment: [String]
  ) throws -> Never {
    let topology = try location.topology(try location.loadExisting())
    let enclosure = try enclosure(ExecTarget(target, namespace: namespace, in: topology))
    try enclosure.run(command, environment: environment)
  }

  private func enclosure(_ target: ExecTarget) throws(LabError) -> Enclosure {
    switch target {
    case .host(let host):
      return Enclosure(namespace: host.namespace, controlGroup: location.paths.controlGroup(of: host))
    case .pod(let pod):
      let records = try PodRecords(folder: location.paths.pods).all()
      guard let record = records.first(where: { $0.pod == pod }) else {
        let known = records.map(\.pod.description).joined(separator: ", ")
        throw LabError(
          "there is no pod \(pod) on any node",
          advice: known.isEmpty ? "No pod runs: see bin/lab status." : "These are there: \(known).")
      }
      return Enclosure(
        namespace: record.namespace, controlGroup: record.controlGroup, hostsFile: location.paths.hostsFile)
    }
  }
}
