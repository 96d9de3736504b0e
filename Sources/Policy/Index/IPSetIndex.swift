/// Labels in, members of sets out: keeps every active set's members up to date with endpoints, network sets, what passes labels on,
/// and services. The order of what it is told does not matter, and a change costs what it concerns, not what there is.
///
/// `takeChanges` tells what changed since it was last asked. The members of a set that becomes active are added to it, those of one
/// that is no longer active are removed from it, so that whoever follows the changes has the members of the active sets.
public struct IPSetIndex: Sendable {
  private enum ActiveSet: Sendable {
    case selected(Int32)
    case service(namespace: String, name: String)
    case serviceAddresses(namespace: String, name: String)
  }

  private var active: [IPSetID: (set: ActiveSet, definition: IPSetDefinition)] = [:]
  private var selected = SelectedMembers()
  private var services = ServiceMembers()
  private var serviceAddresses = ServiceMembers()
  private var changes = PendingChanges()

  public init() {}

  /// How many texts are kept for labels and selectors.
  var textCount: Int { selected.textCount }

  /// What changed since this was last called, for sets with changes only.
  public mutating func takeChanges() -> [IPSetID: IPSetChange] { changes.take() }

  /// An endpoint or a network set is there, or is another one than before.
  public mutating func setObject(_ id: LabelledObjectID, _ object: LabelledObject) {
    selected.setObject(id, object, &changes)
  }

  public mutating func removeObject(_ id: LabelledObjectID) { selected.removeObject(id, &changes) }

  /// What a profile passes on. One that passes nothing on is as one that is not there.
  public mutating func setParent(_ id: LabelParentID, labels: [String: String]) {
    selected.setParent(id, labels, &changes)
  }

  public mutating func removeParent(_ id: LabelParentID) { selected.setParent(id, [:], &changes) }

  /// The addresses, protocols and ports of a service's endpoints; of a service that is gone, none.
  public mutating func setService(namespace: String, name: String, members: Set<IPSetMember>) {
    services.set(namespace, name, members, &changes)
  }

  /// The addresses of a service's endpoints; of a service that is gone, none.
  public mutating func setServiceAddresses(namespace: String, name: String, members: Set<IPSetMember>) {
    serviceAddresses.set(namespace, name, members, &changes)
  }

  /// A set is needed from now on. One that is active under another definition becomes one of this definition.
  public mutating func activate(_ id: IPSetID, _ definition: IPSetDefinition) {
    guard active[id]?.definition != definition else { return }
    deactivate(id)
    active[id] = (insert(id, definition), definition)
    for member in members(of: id) { changes.add(member, to: id) }
  }

  /// A set is needed no longer.
  public mutating func deactivate(_ id: IPSetID) {
    guard let set = active[id]?.set else { return }
    for member in members(of: id) { changes.remove(member, from: id) }
    active[id] = nil
    switch set {
    case .selected(let slot): selected.remove(slot)
    case .service(let namespace, let name): services.remove(id, namespace, name)
    case .serviceAddresses(let namespace, let name): serviceAddresses.remove(id, namespace, name)
    }
  }

  /// The members of an active set; none of any other one.
  public func members(of id: IPSetID) -> Set<IPSetMember> {
    switch active[id]?.set {
    case nil: []
    case .selected(let slot): selected.members(of: slot)
    case .service(let namespace, let name): services.members(namespace, name)
    case .serviceAddresses(let namespace, let name): serviceAddresses.members(namespace, name)
    }
  }

  private mutating func insert(_ id: IPSetID, _ definition: IPSetDefinition) -> ActiveSet {
    switch definition {
    case .selector(let selector):
      return .selected(selected.insert(id, selector, .addresses))
    case .namedPort(let selector, let name, let proto):
      return .selected(selected.insert(id, selector, .ports(name: name, proto: proto)))
    case .service(let namespace, let name):
      services.insert(id, namespace, name)
      return .service(namespace: namespace, name: name)
    case .serviceAddresses(let namespace, let name):
      serviceAddresses.insert(id, namespace, name)
      return .serviceAddresses(namespace: namespace, name: name)
    }
  }
}
