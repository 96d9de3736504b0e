import ArgumentParser
import Logging
import NodeAgent

/// `apus node`: the node agent.
struct NodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node",
    abstract: "Run the dataplane of one node.",
    discussion: """
      Follows the cluster's Nodes, Pods, Services, EndpointSlices, IPPools and FelixConfigurations and keeps this node's
      programs, maps and routes as they want them. Start it in the node's network namespace, as root. All that it puts into the kernel outlives it:
      stopping or killing it changes nothing for packets, and the next start adopts what is there.
      """)

  @Option(help: "This node's name in the cluster.")
  var nodeName: String

  @Option(help: "kubeconfig file. (default: KUBECONFIG, the pod's service account, or ~/.kube/config)")
  var kubeconfig: String?

  @Option(help: "This node's folder on a bpf file system, for its maps and links.")
  var bpffs: String = "/sys/fs/bpf/apus"

  @Option(help: "This node's cgroup v2 folder.")
  var cgroup: String?

  @Option(help: "This node's folder for files that tell what policies do at each pod.")
  var policyDir = "/var/run/calico/bpf/policy"

  @Option(help: "Port on 127.0.0.1 for /liveness and /readiness; 0 for none.")
  var healthPort = 9099

  @Option(help: "Port for /metrics; 0 for none.")
  var metricsPort = 9091

  @Option(
    help: ArgumentHelp(
      "Interfaces that lead to other nodes. (default: bpfDataIfacePattern, or what the kernel tells of them)",
      valueName: "regular expression"))
  var dataInterface: String?

  @Option(help: ArgumentHelp("How often flows that are over are removed.", valueName: "seconds"))
  var sweepInterval = 10

  @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
  var logLevel: Logger.Level = .info

  @Flag(help: "Remove this node's programs, pins and routes, and take its pods' interfaces down; then end.")
  var cleanup = false

  func validate() throws {
    for port in [healthPort, metricsPort] where !(0...65535).contains(port) {
      throw ValidationError("port \(port) is not in 0 to 65535")
    }
    guard (1...3600).contains(sweepInterval) else { throw ValidationError("--sweep-interval is not in 1 to 3600") }
  }

  func run() async throws {
    var logger = Logger(label: "apus.node")
    logger.logLevel = logLevel
    let configuration = AgentConfiguration(
      nodeName: nodeName, kubeconfig: kubeconfig, bpffs: bpffs, cgroup: cgroup, policyFolder: policyDir,
      healthPort: healthPort,
      metricsPort: metricsPort, dataInterfaces: dataInterface.map { .matching($0) } ?? .automatic,
      sweepInterval: .seconds(sweepInterval))
    do {
      if cleanup {
        try Cleanup.run(configuration, logger: logger)
      } else {
        try await AgentService(configuration, logger: logger).run()
      }
    } catch {
      // One sentence for people, not a dump of types.
      throw AgentError("\(error)")
    }
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
