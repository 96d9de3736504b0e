import CalicoAPI

extension ResourceDescriptor {
  static let bgpConfiguration = ResourceDescriptor(
    name: ResourceName(
      group: ProjectCalico.group, version: ProjectCalico.version, plural: BGPConfigurationKind.plural,
      kind: BGPConfigurationKind.kind),
    shortNames: ["bgpconfig", "bgpconfigs"], namespaced: false, schema: .bgpConfiguration, hasStatus: false,
    countsGenerations: true, columns: [.name, .age],
    setDefaults: { object in if object["spec"] == nil { object["spec"] = [:] } },
    validate: { object, _ in
      let name = object["metadata"]?["name"]?.string ?? ""
      let reading = AdvertisedRanges.reading(CalicoRules.spec(object), name: name) { IPPrefix($0) != nil }
      return CalicoRules.errors(reading.complaints)
    })
}
