/// A kubeconfig file as it is written (`kubectl config view`), all fields optional.
struct KubeconfigDocument: Decodable {
  var currentContext: String?
  var clusters: [NamedCluster]?
  var contexts: [NamedContext]?
  var users: [NamedUser]?

  enum CodingKeys: String, CodingKey {
    case currentContext = "current-context"
    case clusters, contexts, users
  }

  struct NamedCluster: Decodable {
    var name: String
    var cluster: Cluster
  }

  struct NamedContext: Decodable {
    var name: String
    var context: Context
  }

  struct NamedUser: Decodable {
    var name: String
    var user: User?
  }

  struct Cluster: Decodable {
    var server: String?
    var certificateAuthority: String?
    var certificateAuthorityData: String?
    var insecureSkipTLSVerify: Bool?
    var tlsServerName: String?
    var proxyURL: String?

    enum CodingKeys: String, CodingKey {
      case server
      case certificateAuthority = "certificate-authority"
      case certificateAuthorityData = "certificate-authority-data"
      case insecureSkipTLSVerify = "insecure-skip-tls-verify"
      case tlsServerName = "tls-server-name"
      case proxyURL = "proxy-url"
    }
  }

  struct Context: Decodable {
    var cluster: String?
    var user: String?
    var namespace: String?
  }

  struct User: Decodable {
    var token: String?
    var tokenFile: String?
    var clientCertificate: String?
    var clientCertificateData: String?
    var clientKey: String?
    var clientKeyData: String?
    var username: String?
    var exec: Present?
    var authProvider: Present?
    var impersonate: String?

    enum CodingKeys: String, CodingKey {
      case token, tokenFile, username, exec
      case clientCertificate = "client-certificate"
      case clientCertificateData = "client-certificate-data"
      case clientKey = "client-key"
      case clientKeyData = "client-key-data"
      case authProvider = "auth-provider"
      case impersonate = "as"
    }
  }

  /// Something whose content does not matter.
  struct Present: Decodable {
    init(from decoder: any Decoder) {}
  }
}
