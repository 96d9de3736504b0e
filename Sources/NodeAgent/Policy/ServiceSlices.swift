import CalicoAPI
import Policy
import Services

/// The EndpointSlices of services, for rules that name services.
struct ServiceSlices: Sendable {
  private struct SliceKey: Hashable {
    var namespace: String
    var name: String
  }

  private var slices: [ServiceName: [String: EndpointSlice]] = [:]
  private var services: [SliceKey: ServiceName] = [:]
  /// The services that rules name.
  private var followed: Set<ServiceName> = []

  /// Takes in a slice, nil when it is gone. Returns the services that rules name and that are others now.
  mutating func set(_ slice: EndpointSlice?, namespace: String, named name: String) -> Set<ServiceName> {
    let key = SliceKey(namespace: namespace, name: name)
    var touched: Set<ServiceName> = []
    if let old = services.removeValue(forKey: key) {
      slices[old]?[name] = nil
      if slices[old]?.isEmpty == true { slices[old] = nil }
      touched.insert(old)
    }
    if let slice, let service = slice.metadata.labels[EndpointSlice.serviceNameLabel] {
      let service = ServiceName(namespace: namespace, name: service)
      services[key] = service
      slices[service, default: [:]][name] = slice
      touched.insert(service)
    }
    return touched.intersection(followed)
  }

  /// A rule names a service.
  mutating func follow(_ service: ServiceName, _ index: inout IPSetIndex) {
    guard followed.insert(service).inserted else { return }
    tell(&index, service)
  }

  func tell(_ index: inout IPSetIndex, _ service: ServiceName) {
    let sets = ServiceSets(slices[service].map { Array($0.values) } ?? [])
    sets.tell(&index, namespace: service.namespace, name: service.name)
  }
}
