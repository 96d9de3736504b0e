import CalicoAPI

extension PodReport {
  /// The pod's status as the API has it.
  ///
  /// - Parameters:
  ///   - previous: the status before; a condition that did not change keeps its time of transition.
  ///   - hostAddress: an address of the node.
  func status(after previous: PodStatus, hostAddress: String, now: Timestamp) -> PodStatus {
    let sandbox = addresses.isEmpty ? ConditionStatus.false : .true
    let isFinished = phase == .succeeded || phase == .failed
    let conditions = [
      Condition(type: "PodScheduled", status: .true),
      Condition(type: "PodReadyToStartContainers", status: sandbox, message: message ?? ""),
      Condition(type: "Initialized", status: .true),
      Condition(
        type: "ContainersReady", status: isReady ? .true : .false, reason: isReady ? "" : "ContainersNotReady"),
      Condition(
        type: "Ready", status: isReady ? .true : .false,
        reason: isReady ? "" : isFinished ? "PodCompleted" : "ContainersNotReady"),
    ]
    return PodStatus(
      phase: PodPhase(rawValue: phase.rawValue), message: message ?? "", hostIP: hostAddress,
      podIPs: addresses.map { PodIP(ip: $0.description) },
      conditions: conditions.map { $0.keepingTransition(of: previous.conditions, now: now) },
      containerStatuses: containers.map { $0.status(after: previous.containerStatuses, now: now) },
      startTime: previous.startTime ?? now)
  }
}

extension Condition {
  fileprivate func keepingTransition(of previous: [Condition], now: Timestamp) -> Condition {
    let before = previous.first { $0.type == type && $0.status == status }
    var condition = self
    condition.lastTransitionTime = before?.lastTransitionTime ?? now
    return condition
  }
}

extension ContainerReport {
  fileprivate func status(after previous: [ContainerStatus], now: Timestamp) -> ContainerStatus {
    let before = previous.first { $0.name == name && Int($0.restartCount) == restarts }
    return ContainerStatus(
      name: name, ready: isReady, restartCount: Int32(clamping: restarts), image: image, started: state == .running,
      state: containerState(since: before?.state?.running?.startedAt ?? now, now: now))
  }

  private func containerState(since start: Timestamp, now: Timestamp) -> ContainerState {
    switch state {
    case .waiting(let reason, let message):
      ContainerState(waiting: .init(reason: reason, message: message ?? ""))
    case .running: ContainerState(running: .init(startedAt: start))
    case .terminated(let code):
      ContainerState(
        terminated: .init(exitCode: code, reason: code == 0 ? "Completed" : "Error", startedAt: start, finishedAt: now))
    }
  }
}
