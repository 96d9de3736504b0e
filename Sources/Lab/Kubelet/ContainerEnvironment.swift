import Netlink

/// The environment of a container's process.
enum ContainerEnvironment {
  /// The container's `env`, over what the lab gives every container without being asked: PATH, HOME, POD_NAME,
  /// POD_NAMESPACE, POD_UID, POD_IP, POD_IPS and NODE_NAME.
  ///
  /// - Parameter programs: the folder of the lab's own programs; it comes first in PATH.
  static func make(
    _ container: ContainerSpecification, of pod: PodSpecification, addresses: [InetAddress], programs: String
  ) -> [String] {
    let given = [
      "PATH": "\(programs):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME": "/root",
      "POD_NAME": pod.name.name,
      "POD_NAMESPACE": pod.name.namespace,
      "POD_UID": pod.uid,
      "POD_IP": addresses.first?.description ?? "",
      "POD_IPS": addresses.map(\.description).joined(separator: ","),
      "NODE_NAME": pod.nodeName ?? "",
    ]
    return given.merging(container.environment) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
