import CalicoAPI

extension PodSpecification {
  /// What of an API object the lab honours.
  init(_ pod: Pod) {
    self.init(
      name: PodName(namespace: pod.namespace, name: pod.name), uid: pod.metadata.uid,
      nodeName: pod.spec.nodeName.isEmpty ? nil : pod.spec.nodeName, nodeSelector: pod.spec.nodeSelector,
      isTerminating: pod.isTerminating,
      graceSeconds: Int(
        clamping: pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30),
      restartPolicy: RestartPolicy(rawValue: pod.spec.restartPolicy) ?? .always,
      containers: pod.spec.containers.map { ContainerSpecification($0) })
  }
}

extension ContainerSpecification {
  init(_ container: Container) {
    self.init(
      name: container.name, image: container.image, command: container.command + container.args,
      environment: Dictionary(container.env.map { ($0.name, $0.value) }) { $1 },
      readiness: container.readinessProbe.flatMap { ReadinessProbe($0, of: container) })
  }
}

extension ReadinessProbe {
  /// Nil for a probe the lab cannot carry out: one by a command, by HTTPS, or at a port that the container does not name.
  init?(_ probe: Probe, of container: Container) {
    if let get = probe.httpGet, get.scheme != "HTTPS", let port = container.number(ofPort: get.port) {
      action = .get(port: port, path: get.path.hasPrefix("/") ? get.path : "/\(get.path)")
    } else if let port = probe.tcpSocket.flatMap({ container.number(ofPort: $0.port) }) {
      action = .connect(port: port)
    } else {
      return nil
    }
    initialDelay = .seconds(probe.initialDelaySeconds)
    period = .seconds(probe.periodSeconds > 0 ? probe.periodSeconds : 10)
    timeout = .seconds(probe.timeoutSeconds > 0 ? probe.timeoutSeconds : 1)
    failureThreshold = probe.failureThreshold > 0 ? Int(probe.failureThreshold) : 3
  }
}

extension Container {
  /// The number of a port given by number or by the name it has in `ports`.
  fileprivate func number(ofPort port: IntOrString) -> UInt16? {
    switch port {
    case .int(let number): UInt16(exactly: number)
    case .string(let name): ports.first { $0.name == name }.flatMap { UInt16(exactly: $0.containerPort) }
    }
  }
}
