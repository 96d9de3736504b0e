import Foundation

/// The file with which kubectl and agents find the server, trust it and are let in.
enum Kubeconfig {
  /// - Parameters:
  ///   - server: e.g. "https://127.0.0.1:6443".
  ///   - authority: the certificate in PEM form.
  static func text(server: String, authority: String, token: String) -> String {
    """
    apiVersion: v1
    kind: Config
    clusters:
    - name: apus
      cluster:
        server: \(server)
        certificate-authority-data: \(Data(authority.utf8).base64EncodedString())
    users:
    - name: apus-admin
      user:
        token: \(token)
    contexts:
    - name: apus
      context:
        cluster: apus
        user: apus-admin
    current-context: apus

    """
  }

  /// The files for listeners: admin.kubeconfig for those of the host, node.kubeconfig for those inside a network
  /// namespace; a second one of its sort is numbered.
  static func names(_ listeners: [ListenAddress]) -> [String] {
    var counts: [String: Int] = [:]
    return listeners.map { listener in
      let sort = listener.namespacePath == nil ? "admin" : "node"
      counts[sort, default: 0] += 1
      let count = counts[sort] ?? 1
      return count == 1 ? "\(sort).kubeconfig" : "\(sort)-\(count).kubeconfig"
    }
  }
}
