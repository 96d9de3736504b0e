import CalicoAPI

extension ResourceDescriptor {
  static let clusterNetworkPolicy = ResourceDescriptor(
    name: ResourceName(ClusterNetworkPolicy.self), shortNames: ["cnp"], namespaced: false,
    schema: .clusterNetworkPolicy, countsGenerations: true,
    columns: [.name, .specField("Tier", "tier"), .specField("Priority", "priority"), .age],
    validate: TypedValidation.validate(ClusterNetworkPolicy.self) { $0.spec.errors() })
}

extension TableColumn {
  /// A field of the spec as it stands there; blank where it is absent, as for custom resources.
  static func specField(_ name: String, _ field: String, type: String = "string") -> TableColumn {
    TableColumn(name, type: type, "The field \(field).") { object, _ in
      guard let value = object["spec"]?[field] else { return .null }
      // In a column of text, numbers are text.
      if type == "string", case .int(let number) = value { return .string("\(number)") }
      return value
    }
  }
}
