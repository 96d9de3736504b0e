import Foundation
import HummingbirdTLS
import Logging
import ServiceLifecycle
import UnixSignals

/// What a control plane needs to know to start.
public struct ControlPlaneConfiguration: Sendable {
  /// Keeps the database, the certificate authority and, unless said otherwise, token and kubeconfigs.
  public var dataFolder: String
  public var listeners: [ListenAddress]
  /// The file with the bearer token; made when missing. Nil for "token" in the data folder.
  public var tokenFile: String?
  /// Where the kubeconfigs are written. Nil for the data folder.
  public var kubeconfigFolder: String?

  public init(
    dataFolder: String, listeners: [ListenAddress], tokenFile: String? = nil, kubeconfigFolder: String? = nil
  ) {
    self.dataFolder = dataFolder
    self.listeners = listeners
    self.tokenFile = tokenFile
    self.kubeconfigFolder = kubeconfigFolder
  }
}

/// A running control plane: the API server on its listeners, and the controllers.
public struct ControlPlaneServer: Service {
  /// The kubeconfig of each listener, in their order.
  public let kubeconfigs: [String]
  /// The port of each listener, in their order.
  public let ports: [UInt16]

  private let folder: DataFolder
  private let cluster: Cluster
  private let listeners: [Listener]
  private let logger: Logger

  /// Opens the database, takes the ports and writes the kubeconfigs. Requests are answered from `run` on.
  /// - Throws: `ControlPlaneError`, one sentence about what is wrong and what to do.
  public init(_ configuration: ControlPlaneConfiguration, logger: Logger) throws {
    guard !configuration.listeners.isEmpty else { throw ControlPlaneError("no address to listen on was given") }
    folder = try DataFolder(configuration.dataFolder)
    self.logger = logger
    let token = try BearerToken.load(configuration.tokenFile ?? folder.token)
    let authority = try CertificateAuthority.load(folder: folder.path, now: Date())
    let cluster = try Cluster(database: try ObjectDatabase(path: folder.database), logger: logger)
    self.cluster = cluster
    let sockets = try configuration.listeners.map { try ListeningSocket.open($0) }
    ports = sockets.map(\.port)
    let tls = try Self.tls(authority, configuration.listeners)
    let responder = APIResponder(operations: cluster.operations, authentication: Authentication(token: token))
    listeners = sockets.map { socket in
      Listener(socket: socket, tls: tls, responder: responder, logger: logger) {
        cluster.operations.store.closeWatches()
      }
    }
    let kubeconfigFolder = configuration.kubeconfigFolder ?? folder.path
    if let folder = configuration.kubeconfigFolder { try PrivateFile.makeFolder(folder) }
    kubeconfigs = Kubeconfig.names(configuration.listeners).map { "\(kubeconfigFolder)/\($0)" }
    for (socket, path) in zip(sockets, kubeconfigs) {
      let server = "https://\(socket.address.endpoint(port: socket.port))"
      try PrivateFile.write(
        Kubeconfig.text(server: server, authority: authority.certificate, token: token), to: path)
      logger.info("kubeconfig written", metadata: ["path": "\(path)", "server": "\(server)"])
    }
  }

  private static func tls(_ authority: CertificateAuthority, _ listeners: [ListenAddress]) throws -> TLSConfiguration {
    let loopback = ["127.0.0.1", "::1"].compactMap { IPAddress($0) }
    let addresses = Set(loopback + listeners.map(\.address)).sorted { $0.description < $1.description }
    let names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    let identity = try authority.issue(names: names, addresses: addresses, now: Date())
    return .makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem)))
  }

  /// Serves until the task is cancelled or shut down gracefully; watches are ended then.
  public func run() async throws {
    try await cluster.prepare()
    let services: [any Service] = [cluster] + listeners
    try await ServiceGroup(configuration: .init(services: services, logger: logger)).run()
  }

  /// Serves until SIGTERM or SIGINT.
  public func runUntilSignal() async throws {
    let configuration = ServiceGroupConfiguration(
      services: [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await ServiceGroup(configuration: configuration).run()
  }
}
