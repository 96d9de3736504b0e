import ArgumentParser
import ControlPlane
import Logging

/// `apus control-plane`: the embedded API server.
struct ControlPlaneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "control-plane",
    abstract: "Serve the Kubernetes API from a database file, for the lab, tests and single hosts.",
    discussion: """
      Writes a kubeconfig for each address: admin.kubeconfig, and node.kubeconfig for one in a network namespace.
      Ends on SIGTERM; everything stored survives that, and a kill too.
      """)

  @Option(help: "Folder of the database, the certificate authority and the token.")
  var dataDir = "/var/lib/apus"

  @Option(
    help: ArgumentHelp(
      "Address to serve on: ADDRESS:PORT, or netns=PATH,ADDRESS:PORT for one in a network namespace. May be repeated.",
      valueName: "address"))
  var listen: [String] = ["127.0.0.1:6443"]

  @Option(help: "File with the bearer token; made when missing. (default: token in the data folder)")
  var tokenFile: String?

  @Option(help: "Folder for the kubeconfig files. (default: the data folder)")
  var kubeconfigDir: String?

  func run() async throws {
    let configuration = ControlPlaneConfiguration(
      dataFolder: dataDir, listeners: try listen.map { try ListenAddress($0) }, tokenFile: tokenFile,
      kubeconfigFolder: kubeconfigDir)
    let server = try ControlPlaneServer(configuration, logger: Logger(label: "apus.control-plane"))
    try await server.runUntilSignal()
  }
}
