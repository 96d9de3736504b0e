import Netlink

/// What pods of the lab see as /etc/hosts: the lab has no DNS, but Services can be called by name.
enum HostsFile {
  /// A Service and its cluster addresses.
  struct Entry: Hashable, Sendable {
    var namespace: String
    var name: String
    var addresses: [String]
  }

  /// The names are those that cluster DNS gives a Service, with and without "cluster.local".
  static func text(services: [Entry]) -> String {
    let head = "# Written by the lab's kubelet from the Services of the cluster."
    var lines = [head, "127.0.0.1 localhost", "::1 localhost"]
    for service in services.sorted(by: { ($0.namespace, $0.name) < ($1.namespace, $1.name) }) {
      let name = "\(service.name).\(service.namespace)"
      var names = ["\(name).svc.cluster.local", "\(name).svc", name]
      if service.namespace == "default" { names.append(service.name) }
      for address in service.addresses where InetAddress(address) != nil {
        lines.append("\(address) \(names.joined(separator: " "))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
