/// What has to be done to the EndpointSlices of one Service: a pure function of the service, the pods of its namespace
/// and the slices it has.
///
/// Slices that hold the right endpoints already stay as they are; endpoints that remain stay in their slice, so that
/// one pod's change is one slice's change also in a large service.
struct EndpointSlicePlan: Equatable {
  /// As in Kubernetes: a slice holds this many endpoints.
  static let maximumEndpoints = 100

  var create: [JSON] = []
  /// By name of the slice.
  var update: [String: JSON] = [:]
  var delete: [String] = []

  /// - Parameters:
  ///   - service: nil or without a selector: it needs no slices from here.
  ///   - slices: the slices of this service that the controller made, in the order of their names.
  ///   - zones: those of the nodes that have one, by the nodes' names.
  ///   - triggerTime: when the change that led here was seen.
  init(service: JSON?, pods: [JSON], slices: [JSON], zones: [String: String] = [:], triggerTime: String) {
    guard let service, let selection = ServiceSelection(service) else {
      // Without a selector the slices are somebody else's; without a service they are nobody's.
      if service == nil { delete = slices.compactMap(Self.name) }
      return
    }
    var remaining = slices
    for family in selection.families {
      let own = remaining.filter { $0["addressType"]?.string == family.rawValue }
      remaining.removeAll { $0["addressType"]?.string == family.rawValue }
      plan(selection, family, pods, own, zones, triggerTime)
    }
    delete += remaining.compactMap(Self.name)
  }

  private mutating func plan(
    _ selection: ServiceSelection, _ family: IPAddress.Family, _ pods: [JSON], _ slices: [JSON],
    _ zones: [String: String], _ triggerTime: String
  ) {
    var groups: [JSON: [JSON]] = [:]
    for pod in pods {
      guard let endpoint = selection.endpoint(pod, family, zones: zones) else { continue }
      groups[selection.ports(for: pod), default: []].append(endpoint)
    }
    // A service without any endpoint still has a slice, which says so.
    if groups.isEmpty { groups[[]] = [] }
    var unused = slices
    for (ports, endpoints) in groups.sorted(by: { $0.key.text < $1.key.text }) {
      let matching = unused.filter { ($0["ports"] ?? []) == ports }
      unused.removeAll { ($0["ports"] ?? []) == ports }
      distribute(endpoints, over: matching, spare: &unused) { selection.slice(family, ports: ports, triggerTime) }
    }
    delete += unused.compactMap(Self.name)
  }

  /// Leaves endpoints where they are, fills slices with room, and makes new ones for the rest.
  private mutating func distribute(
    _ endpoints: [JSON], over slices: [JSON], spare: inout [JSON], template: () -> JSON
  ) {
    var waiting = endpoints.sorted { Self.address($0) < Self.address($1) }
    var kept: [[JSON]] = slices.map { slice in
      let references = Set((slice["endpoints"]?.array ?? []).compactMap { $0["targetRef"] })
      var own: [JSON] = []
      waiting.removeAll { endpoint in
        guard own.count < Self.maximumEndpoints, let reference = endpoint["targetRef"], references.contains(reference)
        else { return false }
        own.append(endpoint)
        return true
      }
      return own
    }
    for index in kept.indices {
      let room = Self.maximumEndpoints - kept[index].count
      kept[index] += waiting.prefix(room)
      waiting.removeFirst(min(room, waiting.count))
    }
    for (index, slice) in slices.enumerated() {
      // One empty slice stays when there is nothing else.
      if kept[index].isEmpty && !(index == 0 && endpoints.isEmpty) {
        delete += [slice].compactMap(Self.name)
      } else {
        rewrite(slice, kept[index], template())
      }
    }
    if slices.isEmpty && endpoints.isEmpty { reuse(&spare, [], template()) }
    while !waiting.isEmpty {
      reuse(&spare, Array(waiting.prefix(Self.maximumEndpoints)), template())
      waiting.removeFirst(min(Self.maximumEndpoints, waiting.count))
    }
  }

  /// A slice whose ports fit no endpoint any more takes the next ones, before a new slice is made.
  private mutating func reuse(_ spare: inout [JSON], _ endpoints: [JSON], _ template: JSON) {
    if spare.isEmpty {
      var slice = template
      slice["endpoints"] = .array(endpoints)
      create.append(slice)
    } else {
      rewrite(spare.removeFirst(), endpoints, template)
    }
  }

  private mutating func rewrite(_ slice: JSON, _ endpoints: [JSON], _ template: JSON) {
    var changed = slice
    changed["endpoints"] = .array(endpoints.sorted { Self.address($0) < Self.address($1) })
    changed["ports"] = template["ports"]
    for field in ["labels", "ownerReferences"] { changed[["metadata", field]] = template["metadata"]?[field] }
    guard changed != slice, let name = Self.name(slice) else { return }
    changed[["metadata", "annotations", ServiceSelection.triggerTime]] =
      template["metadata"]?["annotations"]?[ServiceSelection.triggerTime]
    update[name] = changed
  }

  private static func name(_ slice: JSON) -> String? { slice["metadata"]?["name"]?.string }

  private static func address(_ endpoint: JSON) -> String { endpoint["addresses"]?.array?.first?.string ?? "" }
}
