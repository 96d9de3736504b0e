import Foundation
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

  /// The whole HTTP message, after which the connection ends.
  ///
  /// - Parameter hasBody: false for what a HEAD request gets.
  func message(hasBody: Bool) -> String {
    """
    HTTP/1.1 \(isOK ? "200 OK" : "503 Service Unavailable")\r
    Content-Type: application/json\r
    X-Content-Type-Options: nosniff\r
    X-Load-Balancing-Endpoint-Weight: \(health.localEndpoints)\r
    Content-Length: \(text.utf8.count)\r
    Connection: close\r
    \r

    """ + (hasBody ? text : "")
  }

  private static func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
