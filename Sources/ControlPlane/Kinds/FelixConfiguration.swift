import CalicoAPI

extension ResourceDescriptor {
  static let felixConfiguration = ResourceDescriptor(
    name: ResourceName(
      group: ProjectCalico.group, version: ProjectCalico.version, plural: FelixConfigurationKind.plural,
      kind: FelixConfigurationKind.kind),
    shortNames: ["felixconfig"], namespaced: false, schema: .felixConfiguration, hasStatus: false,
    countsGenerations: true, columns: [.name, .age],
    setDefaults: { object in if object["spec"] == nil { object["spec"] = [:] } },
    validate: FelixConfigurationRules.validate)
}

/// What a FelixConfiguration must fulfil.
enum FelixConfigurationRules {
  static func validate(_ object: JSON, _ old: JSON?) -> [FieldError] {
    let name = object["metadata"]?["name"]?.string ?? ""
    let fields = LayeredFields([("FelixConfiguration \(name)", CalicoRules.spec(object))])
    var errors = CalicoRules.errors(FelixSettings.reading(fields).complaints)
    let isForOneOrAll = name == "default" || name.hasPrefix("node.")
    if isForOneOrAll, !(object["spec"]?["nodeSelector"]?.isEmpty ?? true) {
      errors.append(.forbidden("spec.nodeSelector", "the name \(name) says already which nodes it is for"))
    }
    return errors
  }
}
