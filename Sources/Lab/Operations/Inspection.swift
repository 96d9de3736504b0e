import CalicoAPI
import KubernetesClient

/// Finds out how a lab stands.
public struct Inspection: Sendable {
  private let location: LabLocation

  public init(_ location: LabLocation) { self.location = location }

  public func status() async throws -> LabStatus {
    let state = try location.loadExisting()
    let topology = try location.topology(state)
    let components = Component.all(of: state, topology, location.paths, program: "apus")
    var status = LabStatus(
      name: location.name, folder: location.paths.folder, isComplete: state.isComplete,
      processes: components.map { component in
        let process = state.processes[component.name]
        return LabStatus.Process(
          name: component.name, pid: process?.pid, age: process.flatMap { $0.isAlive ? $0.age : nil },
          remark: component.remark,
          trouble: topology.node(named: component.name).flatMap { AgentReadiness.trouble(of: $0) })
      })
    do {
      try await LabClient.open(location.paths) { client in
        status.pods = try await client.list(Pod.self).map { Self.row($0) }
        let slices = try await client.list(EndpointSlice.self)
        status.services = try await client.list(Service.self).map { Self.row($0, slices) }
      }
    } catch {
      status.problem = "The API server does not answer: \(error)"
    }
    return status
  }

  private static func row(_ pod: Pod) -> LabStatus.Pod {
    LabStatus.Pod(
      name: PodName(namespace: pod.namespace, name: pod.name), node: pod.spec.nodeName, isReady: pod.isReady,
      status: pod.isTerminating ? "Terminating" : pod.status.phase.rawValue, addresses: pod.status.addresses)
  }

  private static func row(_ service: Service, _ slices: [EndpointSlice]) -> LabStatus.Service {
    let own = slices.filter {
      $0.namespace == service.namespace && $0.metadata.labels["kubernetes.io/service-name"] == service.name
    }
    // A dual-stack Service has a slice for each family; an endpoint counts once.
    let endpoints = own.map { $0.endpoints.filter { $0.conditions.ready ?? true }.count }.max() ?? 0
    return LabStatus.Service(
      name: PodName(namespace: service.namespace, name: service.name), addresses: service.spec.clusterIPs,
      ports: service.spec.ports.map { "\($0.port)/\($0.protocol.rawValue.isEmpty ? "TCP" : $0.protocol.rawValue)" },
      endpoints: endpoints)
  }
}
