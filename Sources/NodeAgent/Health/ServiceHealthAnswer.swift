import Foundation
import Hummingbird
import Services

/// What a load balancer is told at a service's `healthCheckNodePort`, in the words of kube-proxy.
struct ServiceHealthAnswer: Equatable {
  var health: ServiceHealth
  /// Whether the agent does its work.
  var isAgentHealthy: Bool

  /// Whether the load balancer is to send traffic here: 200, or else 503.
  var isOK: Bool { health.localEndpoints > 0 && isAgentHealthy }

  var text: String {
    """
    {
    \t"service": {
    \t\t"namespace": \(Self.quoted(health.service.namespace)),
    \t\t"name": \(Self.quoted(health.service.name))
    \t},
    \t"localEndpoints": \(health.localEndpoints),
    \t"serviceProxyHealthy": \(isAgentHealthy)
    }

    """
  }

  var response: Response {
    var headers: HTTPFields = [.contentType: "application/json", .xContentTypeOptions: "nosniff"]
    if let weight = HTTPFields.Element.Name("X-Load-Balancing-Endpoint-Weight") {
      headers[weight] = "\(health.localEndpoints)"
    }
    return Response(
      status: isOK ? .ok : .serviceUnavailable, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  private static func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
