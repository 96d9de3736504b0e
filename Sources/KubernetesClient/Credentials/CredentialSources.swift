import FoundationEssentials

extension ClusterCredentials {
  /// Where kubelet mounts a pod's service account.
  public static var serviceAccountFolder: String { "/var/run/secrets/kubernetes.io/serviceaccount" }

  /// The service account of the pod that this process runs in.
  ///
  /// - Parameters:
  ///   - environment: Where `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` are.
  ///   - folder: Where the service account is mounted.
  public static func inCluster(
    environment: [String: String] = ProcessInfo.processInfo.environment, folder: String = serviceAccountFolder
  ) throws(CredentialsError) -> ClusterCredentials {
    let host = try variable("KUBERNETES_SERVICE_HOST", environment)
    let port = try variable("KUBERNETES_SERVICE_PORT", environment)
    let token = "\(folder)/token"
    guard FileManager.default.isReadableFile(atPath: token) else {
      throw CredentialsError(file: token, problem: "cannot be read: mount the service account's token")
    }
    guard let authority = FileManager.default.contents(atPath: "\(folder)/ca.crt") else {
      throw CredentialsError(file: "\(folder)/ca.crt", problem: "cannot be read: mount the service account's ca.crt")
    }
    let address = host.contains(":") ? "[\(host)]" : host
    var credentials = try ClusterCredentials(
      server: ServerURL.checked("https://\(address):\(port)", file: "environment", field: "KUBERNETES_SERVICE_HOST"),
      token: .file(token))
    credentials.certificateAuthorities = try PEM.certificates(
      Array(authority), file: "\(folder)/ca.crt", field: "")
    if let namespace = FileManager.default.contents(atPath: "\(folder)/namespace") {
      credentials.namespace = String(decoding: namespace, as: UTF8.self).trimmedOfWhitespace
    }
    return credentials
  }

  /// The credentials that the user means: the given file, else those of `KUBECONFIG`, else the pod's service account,
  /// else `~/.kube/config`.
  public static func load(
    kubeconfig: String? = nil, context: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    serviceAccount: String = serviceAccountFolder
  ) throws(CredentialsError) -> ClusterCredentials {
    if let kubeconfig, !kubeconfig.isEmpty {
      return try Kubeconfig(paths: [kubeconfig]).credentials(context: context)
    }
    if let variable = environment["KUBECONFIG"], !variable.isEmpty {
      // As kubectl does: a file of the list that does not exist is passed over, unless none does.
      let paths = variable.split(separator: ":").map(String.init)
      let existing = paths.filter { FileManager.default.fileExists(atPath: $0) }
      return try Kubeconfig(paths: existing.isEmpty ? paths : existing).credentials(context: context)
    }
    if environment["KUBERNETES_SERVICE_HOST"] != nil {
      return try inCluster(environment: environment, folder: serviceAccount)
    }
    let home = environment["HOME"] ?? "/root"
    return try Kubeconfig(paths: ["\(home)/.kube/config"]).credentials(context: context)
  }

  private static func variable(
    _ name: String, _ environment: [String: String]
  ) throws(CredentialsError) -> String {
    guard let value = environment[name], !value.isEmpty else {
      throw CredentialsError(
        file: "environment", field: name, problem: "is not set: not in a pod? then give a kubeconfig")
    }
    return value
  }
}
