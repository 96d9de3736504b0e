/// Where a command is to run: a word of `bin/lab exec`.
public enum ExecTarget: Hashable, Sendable {
  case host(LabHost)
  case pod(PodName)

  /// "client" and "node1" are hosts, unless a namespace is named; everything else is a pod.
  ///
  /// - Parameters:
  ///   - text: "client-pod", "default/client-pod", "node1", "client".
  ///   - namespace: the pod's namespace; nil if the user gave none.
  public init(_ text: String, namespace: String?, in topology: Topology) {
    if let namespace {
      self = .pod(PodName(namespace: namespace, name: text))
    } else if let host = (topology.nodes.map(\.host) + [topology.client]).first(where: { $0.name == text }) {
      self = .host(host)
    } else if let slash = text.firstIndex(of: "/") {
      self = .pod(PodName(namespace: String(text[..<slash]), name: String(text[text.index(after: slash)...])))
    } else {
      self = .pod(PodName(namespace: "default", name: text))
    }
  }
}
