import NIOSSL

/// How to reach an API server, and who we are to it.
public struct ClusterCredentials: Sendable {
  /// The server's URL without a slash at its end: "https://10.77.0.254:6443".
  public var server: String
  /// Who may have signed the server's certificate; empty means the system's authorities.
  public var certificateAuthorities: [NIOSSLCertificate] = []
  /// Do not check the server's certificate.
  public var insecureSkipTLSVerify = false
  /// The name to expect in the server's certificate, where it is not the URL's host.
  public var tlsServerName: String?
  public var token: BearerToken?
  /// The chain of our own certificate; goes with `clientKey`.
  public var clientCertificate: [NIOSSLCertificate] = []
  public var clientKey: NIOSSLPrivateKey?
  /// The namespace to use where none is named.
  public var namespace = "default"

  /// A server that needs nothing but a token and an authority, both optional.
  ///
  /// - Parameter certificateAuthority: PEM text.
  public init(server: String, token: BearerToken? = nil, certificateAuthority: String? = nil) throws(CredentialsError) {
    self.server = try ServerURL.checked(server, file: "server", field: "")
    self.token = token
    guard let certificateAuthority else { return }
    certificateAuthorities = try PEM.certificates(
      Array(certificateAuthority.utf8), file: "certificate authority", field: "")
  }
}

/// A bearer token.
public enum BearerToken: Sendable, Hashable {
  case value(String)
  /// The path of a file that holds the token, read again every minute, for somebody renews it.
  case file(String)
}
