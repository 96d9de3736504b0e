import Netlink

extension ReadinessProbe {
  /// Asks a pod, from its node's network as Kubernetes' kubelet does. Blocks, at most a few times `timeout`.
  func run(at address: InetAddress, from namespace: String) -> Bool {
    switch action {
    case .connect(let port):
      HTTPQuestion(address: address, port: port, path: "/", timeout: timeout).isAnswered(from: namespace)
    case .get(let port, let path):
      (HTTPQuestion(address: address, port: port, path: path, timeout: timeout).ask(from: namespace)?.status)
        .map { (200..<400).contains($0) } ?? false
    }
  }
}
