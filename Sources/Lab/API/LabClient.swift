import KubernetesClient
import Logging

/// The way of the lab's commands to its API server.
enum LabClient {
  /// Opens a client with the lab's own kubeconfig, hands it on, and closes it.
  static func open<Result>(
    _ paths: LabPaths, body: (APIClient) async throws -> Result
  ) async throws -> Result {
    var limits = APIClient.Limits()
    limits.connect = .seconds(2)
    limits.answer = .seconds(10)
    var logger = Logger(label: "lab")
    logger.logLevel = .error
    let credentials = try ClusterCredentials.load(kubeconfig: paths.adminKubeconfig)
    return try await APIClient.withClient(credentials, limits: limits, logger: logger, body: body)
  }
}
