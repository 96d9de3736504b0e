import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL

@testable import ControlPlane

/// Talks to a control plane in another process, by the kubeconfig that it wrote.
struct KubeconfigClient {
  private let client: HTTPClient
  private let server: String
  private let token: String

  /// Waits until the server answers, at most ten seconds.
  init(_ folder: String) async throws {
    for _ in 0..<200 {
      if let client = try? Self(reading: folder) {
        if (try? await client.podNames()) != nil {
          self = client
          return
        }
        try await client.shutdown()
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ControlPlaneError("the control plane in \(folder) does not answer")
  }

  private init(reading folder: String) throws {
    let text = try String(contentsOfFile: "\(folder)/admin.kubeconfig", encoding: .utf8)
    let kubeconfig = try YAMLBody.parse(text)
    server = kubeconfig["clusters"]?.array?.first?["cluster"]?["server"]?.string ?? ""
    token = kubeconfig["users"]?.array?.first?["user"]?["token"]?.string ?? ""
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile("\(folder)/ca.crt"))
    client = HTTPClient(configuration: .init(tlsConfiguration: tls))
  }

  func shutdown() async throws { try await client.shutdown() }

  func podNames() async throws -> Set<String> {
    let response = try await client.execute(request("/api/v1/pods"), timeout: .seconds(5))
    let list = try JSONParser.parse(Array(buffer: try await response.body.collect(upTo: 1 << 24)))
    guard let items = list["items"]?.array else { throw ControlPlaneError("no list") }
    return Set(items.compactMap { $0["metadata"]?["name"]?.string })
  }

  /// Whether the server answered that it made the pod.
  func create(pod: String) async throws -> Bool {
    var request = request("/api/v1/namespaces/default/pods")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(Sample.pod(pod).encoded)
    let response = try? await client.execute(request, timeout: .seconds(5))
    return response?.status == .created
  }

  private func request(_ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: server + path)
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    return request
  }
}
