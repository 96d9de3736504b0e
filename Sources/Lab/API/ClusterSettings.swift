import CalicoAPI
import KubernetesClient

/// The settings and pools of a lab's cluster.
enum ClusterSettings {
  /// For all nodes. As Calico's operator does it, pods may reach their own node.
  static let felix = FelixConfiguration(
    metadata: ObjectMeta(name: "default"), spec: ["bpfEnabled": true, "defaultEndpointToHostAction": "Accept"])

  /// One of each family; pods that call the outside have their node's address there.
  static let pools = PodAddresses.pools.map { range in
    IPPool(
      metadata: ObjectMeta(name: "default-\(range.family == .ipv4 ? "ipv4" : "ipv6")-ippool"),
      spec: ["cidr": .string("\(range)"), "natOutgoing": true])
  }

  /// Creates what is not there; what is there stays as the user left it.
  ///
  /// - Returns: how many objects were created.
  static func createMissing(_ client: APIClient) async throws -> Int {
    var created = try await create(felix, client) ? 1 : 0
    for pool in pools where try await create(pool, client) { created += 1 }
    return created
  }

  /// False if there is one of that name already.
  private static func create<Object: KubernetesResource>(
    _ object: Object, _ client: APIClient
  ) async throws(KubernetesError) -> Bool {
    do throws(KubernetesError) {
      _ = try await client.create(object)
      return true
    } catch {
      guard error.isAlreadyExists else { throw error }
      return false
    }
  }
}
