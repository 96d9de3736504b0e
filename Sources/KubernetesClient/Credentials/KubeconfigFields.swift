import FoundationEssentials

/// A cluster of a kubeconfig.
struct KubeconfigCluster {
  var value: KubeconfigDocument.Cluster
  var name: String
  var file: String

  func credentials() throws(CredentialsError) -> ClusterCredentials {
    let place = "clusters[\"\(name)\"].cluster"
    guard value.proxyURL == nil else {
      throw CredentialsError(file: file, field: "\(place).proxy-url", problem: "proxies are not supported: remove it")
    }
    guard let server = value.server, !server.isEmpty else {
      throw CredentialsError(file: file, field: "\(place).server", problem: "is missing")
    }
    var credentials = try ClusterCredentials(
      server: ServerURL.checked(server, file: file, field: "\(place).server"))
    credentials.insecureSkipTLSVerify = value.insecureSkipTLSVerify ?? false
    credentials.tlsServerName = value.tlsServerName
    let authority = KubeconfigBytes(file: file, place: place, field: "certificate-authority")
    if let bytes = try authority.read(data: value.certificateAuthorityData, path: value.certificateAuthority) {
      credentials.certificateAuthorities = try PEM.certificates(bytes.bytes, file: file, field: bytes.field)
    }
    return credentials
  }
}

/// A user of a kubeconfig.
struct KubeconfigUser {
  var value: KubeconfigDocument.User
  var name: String
  var file: String

  func apply(to credentials: inout ClusterCredentials) throws(CredentialsError) {
    let place = "users[\"\(name)\"].user"
    try refuseUnsupported(place)
    if let token = value.token, !token.isEmpty {
      credentials.token = .value(token)
    } else if let path = value.tokenFile, !path.isEmpty {
      credentials.token = .file(resolved(path, relativeTo: file))
    }
    let certificate = KubeconfigBytes(file: file, place: place, field: "client-certificate")
    let key = KubeconfigBytes(file: file, place: place, field: "client-key")
    switch (
      try certificate.read(data: value.clientCertificateData, path: value.clientCertificate),
      try key.read(data: value.clientKeyData, path: value.clientKey)
    ) {
    case (let chain?, let key?):
      credentials.clientCertificate = try PEM.certificates(chain.bytes, file: file, field: chain.field)
      credentials.clientKey = try PEM.privateKey(key.bytes, file: file, field: key.field)
    case (nil, nil): break
    case (_?, nil):
      throw CredentialsError(file: file, field: "\(place).client-key", problem: "is missing beside client-certificate")
    case (nil, _?):
      throw CredentialsError(file: file, field: "\(place).client-certificate", problem: "is missing beside client-key")
    }
  }

  private func refuseUnsupported(_ place: String) throws(CredentialsError) {
    let refused: [(String, Bool, String)] = [
      ("exec", value.exec != nil, "credential plugins are not supported: use a token or a client certificate"),
      ("auth-provider", value.authProvider != nil, "is not supported: use a token or a client certificate"),
      ("username", value.username != nil, "passwords are not supported: use a token or a client certificate"),
      ("as", value.impersonate != nil, "impersonation is not supported: remove it"),
    ]
    for (field, isGiven, problem) in refused where isGiven {
      throw CredentialsError(file: file, field: "\(place).\(field)", problem: problem)
    }
  }
}

/// A field that is given either as base64 under `<field>-data` or as a path under `<field>`; data wins.
private struct KubeconfigBytes {
  var file: String
  var place: String
  var field: String

  func read(data: String?, path: String?) throws(CredentialsError) -> (bytes: [UInt8], field: String)? {
    if let data, !data.isEmpty {
      let field = "\(place).\(field)-data"
      guard let bytes = Data(base64Encoded: String(data.filter { !$0.isWhitespace })) else {
        throw CredentialsError(file: file, field: field, problem: "is no base64")
      }
      return (Array(bytes), field)
    }
    guard let path, !path.isEmpty else { return nil }
    let field = "\(place).\(field)"
    let target = resolved(path, relativeTo: file)
    guard let bytes = FileManager.default.contents(atPath: target) else {
      throw CredentialsError(file: file, field: field, problem: "the file \(target) cannot be read")
    }
    return (Array(bytes), field)
  }
}

private func resolved(_ path: String, relativeTo file: String) -> String {
  guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
  return "\(file[..<slash])/\(path)"
}
