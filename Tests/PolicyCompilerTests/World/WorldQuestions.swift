import CalicoAPI
import DataplaneABI
import Policy
import PolicyWorld

/// Makes questions by chance.
struct WorldQuestions {
  private let cluster: OracleCluster
  /// Pods by the addresses that they have.
  private var owners: [AddressPrefix: PolicyEndpointID] = [:]

  init(_ cluster: OracleCluster) {
    self.cluster = cluster
    for pod in cluster.pods where !pod.spec.hostNetwork && !pod.isFinished {
      let id = PolicyEndpointID(namespace: pod.metadata.namespace, name: pod.metadata.name)
      for address in pod.status.addresses.compactMap({ AddressPrefix($0) }) { owners[address] = id }
    }
  }

  /// nil where there is no pod with an address to ask about.
  func question(_ chance: inout SplitMix) -> WorldQuestion? {
    guard let question = RandomPackets.question(cluster, &chance) else { return nil }
    let packet = question.packet
    // A pod is not asked about what it says to itself.
    guard packet.source != packet.destination else { return nil }
    let own = WorldStop(
      pod: PolicyEndpointID(namespace: question.namespace, name: question.pod), direction: question.direction)
    let isIngress = question.direction == .ingress
    guard let other = owners[isIngress ? packet.source : packet.destination], !chance.isTrue(oneIn: 3) else {
      // The other one is on another node, if it is a pod.
      return WorldQuestion(stops: [own], packet: packet)
    }
    let stops =
      isIngress
      ? [WorldStop(pod: other, direction: .egress), own] : [own, WorldStop(pod: other, direction: .ingress)]
    return WorldQuestion(stops: stops, packet: packet)
  }
}

extension Oracle {
  /// What becomes of the packet; nil where nothing is said of a pod.
  func answer(_ question: WorldQuestion) -> WorldAnswer? {
    var answer: WorldAnswer?
    for stop in question.stops {
      guard
        let verdict = verdict(
          namespace: stop.pod.namespace, pod: stop.pod.name, stop.direction, question.packet)
      else { return nil }
      let isLogged = answer?.isLogged ?? false || !verdict.logged.isEmpty
      answer = WorldAnswer(isAllowed: verdict.isAllowed, rule: verdict.decidedBy, isLogged: isLogged)
      if !verdict.isAllowed { break }
    }
    return answer
  }
}
