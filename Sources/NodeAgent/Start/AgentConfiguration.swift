/// How an agent runs.
public struct AgentConfiguration: Sendable {
  public var nodeName: String
  /// nil: as kubectl finds one, or the pod's service account.
  public var kubeconfig: String?
  /// The node's folder on a bpf file system.
  public var bpffs: String
  /// The node's cgroup v2 folder.
  public var cgroup: String?
  /// The folder of files that tell what policies do at each pod; nil for none.
  public var policyFolder: String?
  /// TCP port on loopback; 0 turns it off.
  public var healthPort: Int
  /// TCP port on all addresses; 0 turns it off.
  public var metricsPort: Int
  public var dataInterfaces: DataInterfaces
  /// How often everything is read back from the kernel.
  public var resyncInterval: Duration
  /// How often flows that are over are removed.
  public var sweepInterval: Duration

  public init(
    nodeName: String, kubeconfig: String? = nil, bpffs: String, cgroup: String? = nil, policyFolder: String? = nil,
    healthPort: Int = 9099,
    metricsPort: Int = 9091, dataInterfaces: DataInterfaces = .automatic, resyncInterval: Duration = .seconds(90),
    sweepInterval: Duration = .seconds(10)
  ) {
    self.nodeName = nodeName
    self.kubeconfig = kubeconfig
    self.bpffs = bpffs
    self.cgroup = cgroup
    self.policyFolder = policyFolder
    self.healthPort = healthPort
    self.metricsPort = metricsPort
    self.dataInterfaces = dataInterfaces
    self.resyncInterval = resyncInterval
    self.sweepInterval = sweepInterval
  }
}

/// Why the agent cannot start, in one sentence that says what to do.
public struct AgentError: Error, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
