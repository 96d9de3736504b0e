import FoundationEssentials
import KubernetesClient
import NIOSSL
import Testing

@Suite("TLS")
struct TLSTests {
  private func serverTLS(_ certificate: String, _ key: String) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.authority.utf8)))
    return tls
  }

  /// Asks a TLS server for one object, with the credentials of a kubeconfig whose cluster has these lines.
  private func ask(
    _ tls: TLSConfiguration? = nil, cluster: String, user: String = "token: t"
  ) async throws -> String {
    let server = FakeServer([.json(gadgetJSON("a@1"))])
    let tls = try tls ?? serverTLS(TestCertificates.server, TestCertificates.serverKey)
    return try await server.serve(tls: tls) { port in
      let text = """
        current-context: c
        contexts: [{name: c, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:\(port)", \(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        """
      let credentials = try Kubeconfig(text: text, file: "test").credentials()
      return try await APIClient.withClient(credentials, logger: KeptLog().logger) { client in
        do throws(KubernetesError) {
          return try await client.get(Gadget.self, "a", namespace: "ns").name
        } catch {
          return error.description
        }
      }
    }
  }

  private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
  private var authority: String { "certificate-authority-data: \(base64(TestCertificates.authority))" }

  @Test("a server of the authority is trusted by its address")
  func trusted() async throws {
    #expect(try await ask(cluster: authority) == "a")
  }

  @Test("a client certificate is shown to a server that asks for one")
  func clientCertificate() async throws {
    var tls = try serverTLS(TestCertificates.server, TestCertificates.serverKey)
    tls.certificateVerification = .noHostnameVerification
    let user =
      "client-certificate-data: \(base64(TestCertificates.client)), client-key-data: \(base64(TestCertificates.clientKey))"
    #expect(try await ask(tls, cluster: authority, user: user) == "a")
    let answer = try await ask(tls, cluster: authority)
    #expect(answer.hasPrefix("get gadgets a: the API server is not reachable: "))
  }

  @Test("a server of another authority is not trusted, and the sentence says so")
  func untrusted() async throws {
    let other = "certificate-authority-data: \(base64(TestCertificates.otherAuthority))"
    let answer = try await ask(cluster: other)
    #expect(answer.hasPrefix("get gadgets a: the API server is not reachable: "))
    #expect(answer.contains("CERTIFICATE_VERIFY_FAILED"))
  }

  @Test("unless told not to check")
  func insecure() async throws {
    #expect(try await ask(cluster: "insecure-skip-tls-verify: true") == "a")
  }

  @Test("a certificate without the address is not trusted; tls-server-name says which name to expect")
  func serverName() async throws {
    let tls = try serverTLS(TestCertificates.namedServer, TestCertificates.namedServerKey)
    let answer = try await ask(tls, cluster: authority)
    #expect(answer.hasPrefix("get gadgets a: the API server is not reachable: "))
    #expect(try await ask(tls, cluster: "\(authority), tls-server-name: api.test") == "a")
    #expect(try await ask(tls, cluster: "\(authority), tls-server-name: other.test") != "a")
  }
}
