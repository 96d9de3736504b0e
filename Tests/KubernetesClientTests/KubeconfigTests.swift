import FoundationEssentials
import KubernetesClient
import Testing

@Suite("kubeconfig")
struct KubeconfigTests {
  private static let complete = """
    apiVersion: v1
    kind: Config
    current-context: lab
    preferences: {}
    clusters:
    - name: lab
      cluster:
        server: https://10.77.0.254:6443/
        certificate-authority-data: \(Data(TestCertificates.authority.utf8).base64EncodedString())
        tls-server-name: api.test
    - name: plain
      cluster: {server: "http://[fd77::254]:8080/k8s/c1", insecure-skip-tls-verify: true}
    contexts:
    - name: lab
      context: {cluster: lab, user: admin, namespace: kube-system}
    - name: plain
      context: {cluster: plain}
    - name: files
      context: {cluster: plain, user: files}
    users:
    - name: admin
      user:
        token: secret
        client-certificate-data: \(Data(TestCertificates.client.utf8).base64EncodedString())
        client-key-data: \(Data(TestCertificates.clientKey.utf8).base64EncodedString())
    - name: files
      user: {tokenFile: run/token}
    """

  @Test("the current context")
  func current() throws {
    let credentials = try Kubeconfig(text: Self.complete, file: "/etc/lab/config").credentials()
    #expect(credentials.server == "https://10.77.0.254:6443")
    #expect(credentials.namespace == "kube-system")
    #expect(credentials.token == .value("secret"))
    #expect(credentials.certificateAuthorities.count == 1)
    #expect(credentials.clientCertificate.count == 1 && credentials.clientKey != nil)
    #expect(credentials.tlsServerName == "api.test")
    #expect(!credentials.insecureSkipTLSVerify)
  }

  @Test("other contexts: no user, a token in a file beside the kubeconfig")
  func others() throws {
    let kubeconfig = try Kubeconfig(text: Self.complete, file: "/etc/lab/config")
    let plain = try kubeconfig.credentials(context: "plain")
    #expect(plain.server == "http://[fd77::254]:8080/k8s/c1")
    #expect(plain.token == nil && plain.insecureSkipTLSVerify && plain.namespace == "default")
    #expect(try kubeconfig.credentials(context: "files").token == .file("/etc/lab/run/token"))
  }

  /// A kubeconfig of one context, with these fields of the cluster and the user.
  private static func small(cluster: String = "server: \"https://x:1\"", user: String = "token: t") -> String {
    """
    current-context: c
    contexts: [{name: c, context: {cluster: k, user: u}}]
    clusters: [{name: k, cluster: {\(cluster)}}]
    users: [{name: u, user: {\(user)}}]
    """
  }

  private static let bad: [(String, String)] = [
    (" \n", "f: is empty"),
    ("kind: Config", "f: current-context: is not set: set it or name a context"),
    ("current-context: x", #"f: contexts: has no "x""#),
    (
      "current-context: x\ncontexts: [{name: a, context: {}}, {name: b, context: {}}]",
      #"f: contexts: has no "x": there is a, b"#
    ),
    ("current-context: x\ncontexts: [{name: x, context: {}}]", #"f: contexts["x"].context.cluster: is missing"#),
    (
      "current-context: x\ncontexts: [{name: x, context: {cluster: k}}]",
      #"f: contexts["x"].context.cluster: names "k", which is not in clusters"#
    ),
    (
      "current-context: x\ncontexts: [{name: x, context: {cluster: k, user: u}}]\n"
        + "clusters: [{name: k, cluster: {server: \"https://x\"}}]",
      #"f: contexts["x"].context.user: names "u", which is not in users"#
    ),
    (small(cluster: ""), #"f: clusters["k"].cluster.server: is missing"#),
    (
      small(cluster: "server: \"10.0.0.1:6443\""),
      #"f: clusters["k"].cluster.server: "10.0.0.1:6443" is no http or https URL: give one such as https://10.0.0.1:6443"#
    ),
    (
      small(cluster: "server: \"https://u:p@x\""),
      #"f: clusters["k"].cluster.server: "https://u:p@x" has a user, query or fragment, which has no meaning: "#
        + "give one such as https://10.0.0.1:6443"
    ),
    (
      small(cluster: "server: \"https://x\", certificate-authority-data: \"***\""),
      #"f: clusters["k"].cluster.certificate-authority-data: is no base64"#
    ),
    (
      small(cluster: "server: \"https://x\", certificate-authority-data: aGVsbG8="),
      #"f: clusters["k"].cluster.certificate-authority-data: holds no PEM certificate"#
    ),
    (
      small(cluster: "server: \"https://x\", certificate-authority: none.pem"),
      #"f: clusters["k"].cluster.certificate-authority: the file none.pem cannot be read"#
    ),
    (
      small(cluster: "server: \"https://x\", proxy-url: \"http://p\""),
      #"f: clusters["k"].cluster.proxy-url: proxies are not supported: remove it"#
    ),
    (
      small(user: "exec: {command: aws}"),
      #"f: users["u"].user.exec: credential plugins are not supported: use a token or a client certificate"#
    ),
    (
      small(user: "username: u, password: p"),
      #"f: users["u"].user.username: passwords are not supported: use a token or a client certificate"#
    ),
    (small(user: "as: root"), #"f: users["u"].user.as: impersonation is not supported: remove it"#),
    (
      small(user: "client-key-data: aGVsbG8="),
      #"f: users["u"].user.client-certificate: is missing beside client-key"#
    ),
    (
      small(user: "client-certificate-data: aGVsbG8="),
      #"f: users["u"].user.client-key: is missing beside client-certificate"#
    ),
    (
      small(
        user: "client-certificate-data: \(Data(TestCertificates.client.utf8).base64EncodedString()), "
          + "client-key-data: aGVsbG8="),
      #"f: users["u"].user.client-key-data: holds no PEM private key without a passphrase"#
    ),
    ("clusters: 5", "f: is no kubeconfig: clusters: Expected to decode Sequence but found Node instead"),
    ("clusters: [{cluster: {}}]", "f: is no kubeconfig: clusters[0].name: is missing"),
    ("users: [{name: u, user: {token: [1]}}]", ""),
  ]

  @Test("what is wrong is told in one sentence with file and field", arguments: bad)
  func malformed(text: String, sentence: String) {
    let error = #expect(throws: CredentialsError.self) {
      _ = try Kubeconfig(text: text, file: "f").credentials()
    }
    let description = error?.description ?? ""
    if sentence.isEmpty {
      #expect(description.hasPrefix("f: is no kubeconfig: users[0].user.token: "))
    } else {
      #expect(description == sentence)
    }
    #expect(!description.contains("\n"))
  }

  @Test("bad YAML is told with its line")
  func badYAML() {
    let error = #expect(throws: CredentialsError.self) {
      try Kubeconfig(text: "clusters: [\nusers: }", file: "/etc/config")
    }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("/etc/config: is no kubeconfig: 2:"), "\(description)")
    #expect(!description.contains("\n"))
  }

  @Test("a file that is not there")
  func missing() {
    let error = #expect(throws: CredentialsError.self) { try Kubeconfig(paths: ["/nowhere/config"]) }
    #expect(error?.description == "/nowhere/config: cannot be read: does it exist, and may this user read it?")
  }
}

@Suite("Where credentials come from")
struct CredentialSourceTests {
  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "apus-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  private func write(_ text: String, _ path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

  @Test("in a pod: the service account, over IPv6 too")
  func inCluster() throws {
    try withFolder { folder in
      let environment = ["KUBERNETES_SERVICE_HOST": "fd96::1", "KUBERNETES_SERVICE_PORT": "443"]
      var error = #expect(throws: CredentialsError.self) {
        try ClusterCredentials.inCluster(environment: environment, folder: folder)
      }
      #expect(error?.description == "\(folder)/token: cannot be read: mount the service account's token")
      try write("secret\n", "\(folder)/token")
      try write("nothing", "\(folder)/ca.crt")
      error = #expect(throws: CredentialsError.self) {
        try ClusterCredentials.inCluster(environment: environment, folder: folder)
      }
      #expect(error?.description == "\(folder)/ca.crt: holds no PEM certificate")
      try write(TestCertificates.authority, "\(folder)/ca.crt")
      try write("calico-system\n", "\(folder)/namespace")
      let credentials = try ClusterCredentials.load(
        environment: [:].merging(environment) { $1 }, serviceAccount: folder)
      #expect(credentials.server == "https://[fd96::1]:443")
      #expect(credentials.token == .file("\(folder)/token"))
      #expect(credentials.namespace == "calico-system")
    }
  }

  @Test("outside of one, that is said")
  func notInCluster() {
    let error = #expect(throws: CredentialsError.self) { try ClusterCredentials.inCluster(environment: [:]) }
    #expect(
      error?.description
        == "environment: KUBERNETES_SERVICE_HOST: is not set: not in a pod? then give a kubeconfig")
  }

  @Test("a given file wins over KUBECONFIG, which wins over the pod and over the home folder")
  func order() throws {
    try withFolder { folder in
      func config(_ name: String, _ current: String = "current-context: c") throws -> String {
        let path = "\(folder)/\(name)"
        try write(
          """
          \(current)
          contexts: [{name: c, context: {cluster: \(name)}}]
          clusters: [{name: \(name), cluster: {server: "https://\(name)"}}]
          """, path)
        return path
      }
      let one = try config("one")
      let two = try config("two")
      let bare = try config("bare", "")
      try FileManager.default.createDirectory(atPath: "\(folder)/.kube", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: two, toPath: "\(folder)/.kube/config")
      let pod = ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"]
      func server(_ kubeconfig: String?, _ environment: [String: String]) throws -> String {
        try ClusterCredentials.load(kubeconfig: kubeconfig, environment: environment).server
      }
      #expect(try server(one, ["KUBECONFIG": two]) == "https://one")
      #expect(try server(nil, pod.merging(["KUBECONFIG": two]) { $1 }) == "https://two")
      #expect(try server(nil, ["KUBECONFIG": "\(folder)/gone:\(bare):\(one)"]) == "https://bare", "first wins")
      #expect(try server(nil, ["HOME": folder]) == "https://two")
      #expect(throws: CredentialsError.self) { try server(nil, ["KUBECONFIG": "\(folder)/gone"]) }
      #expect(throws: CredentialsError.self) { try server(nil, ["HOME": "\(folder)/nobody"]) }
    }
  }
}
