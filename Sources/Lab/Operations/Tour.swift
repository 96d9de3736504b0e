import CalicoAPI
import KubernetesClient

/// What to try once the lab is up.
struct Tour: Sendable {
  let paths: LabPaths
  let manifest: Manifest

  init(_ paths: LabPaths, _ manifest: Manifest) {
    self.paths = paths
    self.manifest = manifest
  }

  func text() async throws -> String {
    guard let service = manifest.services.first, let pod = manifest.pods.first else { return Self.common }
    let stored = try await LabClient.open(paths) {
      try await $0.get(Service.self, service.name, namespace: service.namespace)
    }
    return Self.text(
      pod: pod.name, service: service.name, namespace: service.namespace, addresses: stored.spec.clusterIPs,
      port: stored.spec.ports.first?.port ?? 80)
  }

  static func text(pod: String, service: String, namespace: String, addresses: [String], port: Int32) -> String {
    let suffix = port == 80 ? "" : ":\(port)"
    let curls = addresses.map { address in
      "  sudo bin/lab exec \(pod) -- curl -s http://\(address.contains(":") ? "[\(address)]" : address)\(suffix)/"
    }
    let named = "  sudo bin/lab exec \(pod) -- curl -s http://\(service).\(namespace).svc\(suffix)/"
    return (["Try:"] + curls + [named]).joined(separator: "\n") + "\n" + common
  }

  private static let common = """
      sudo bin/lab kubectl get pods,services,endpointslices -o wide
      sudo bin/lab status
      sudo bin/lab logs node1 -f
      sudo bin/lab down
    """
}
