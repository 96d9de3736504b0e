import CalicoAPI
import Policy

/// Pods a, b, c of namespaces x, y, z, that serve ports 80 and 81 by name over each transport.
enum Topology {
  static let namespaces = ["x", "y", "z"]
  static let pods = ["a", "b", "c"]

  /// - Parameter pods: "x/a y/b".
  static func cluster(_ pods: String) -> OracleCluster {
    var cluster = OracleCluster()
    cluster.namespaces = namespaces.map { name in
      Namespace(metadata: ObjectMeta(name: name, labels: [nameLabel: name, "ns": name]))
    }
    cluster.pods = pods.split(separator: " ").map { pod(String($0)) }
    return cluster
  }

  static func pod(_ path: String) -> Pod {
    let (namespace, name) = split(path)
    let transports: [Transport] = Transport.allCases
    let ports = [80, 81].flatMap { port in
      transports.map { transport in
        ContainerPort(
          name: "serve-\(port)-\(transport)", containerPort: Int32(port), protocol: transport.name)
      }
    }
    let metadata = ObjectMeta(name: name, namespace: namespace, labels: ["pod": name])
    return Pod(
      metadata: metadata,
      spec: PodSpec(
        nodeName: "n1", containers: [Container(name: "serve", ports: ports)], serviceAccountName: "default"),
      status: PodStatus(
        phase: .running,
        podIPs: AddressFamily.allCases.map { PodIP(ip: address(path, $0)) }))
  }

  static func split(_ path: String) -> (namespace: String, name: String) {
    let parts = path.split(separator: "/").map(String.init)
    return (parts[0], parts[1])
  }

  static func address(_ path: String, _ family: AddressFamily) -> String {
    let (namespace, name) = split(path)
    let numbers = ((namespaces.firstIndex(of: namespace) ?? 9) + 1, (pods.firstIndex(of: name) ?? 9) + 1)
    return family == .ipv4 ? "10.65.\(numbers.0).\(numbers.1)" : "fd00:65:\(numbers.0)::\(numbers.1)"
  }
}

/// A pod's address as a block of one.
func host(_ pod: String, _ family: AddressFamily) -> String {
  "\(Topology.address(pod, family))/\(family == .ipv4 ? 32 : 128)"
}

/// The block of a namespace's pods.
func block(_ namespace: String, _ family: AddressFamily) -> String {
  let number = (Topology.namespaces.firstIndex(of: namespace) ?? 9) + 1
  return family == .ipv4 ? "10.65.\(number).0/24" : "fd00:65:\(number)::/64"
}
