extension ResourceDescriptor {
  static let service = ResourceDescriptor(
    name: ResourceName(group: "", version: "v1", plural: "services", kind: "Service"),
    shortNames: ["svc"], categories: ["all"], schema: .service, nameRule: .dnsLabel1035,
    selectableFields: ["spec.clusterIP": ["spec", "clusterIP"], "spec.type": ["spec", "type"]],
    columns: serviceColumns,
    setDefaults: ServiceDefaults.apply,
    prepareForCreate: { service in service["status"] = ["loadBalancer": [:]] },
    prepareForUpdate: ServiceDefaults.carryOver,
    validate: ServiceRules.validate,
    allocate: { service, old, transaction in
      ServiceAllocation(ranges: .standard).allocate(&service, old: old, transaction)
    })

  private static let serviceColumns: [TableColumn] = [
    .name,
    TableColumn("Type", "How the service is exposed.") { service, _ in service["spec"]?["type"] ?? "" },
    TableColumn("Cluster-IP", "The service's address inside the cluster.") { service, _ in
      guard let address = service["spec"]?["clusterIP"], !address.isEmpty else { return "<none>" }
      return address
    },
    TableColumn("External-IP", "Addresses from outside the cluster.") { service, _ in
      .string(ServiceText.externalAddresses(service))
    },
    TableColumn("Port(s)", "The service's ports, with their node ports.") { service, _ in
      .string(ServiceText.ports(service))
    },
    .age,
    TableColumn("Selector", wide: true, "The labels of the pods behind the service.") { service, _ in
      .string(ServiceText.selector(service["spec"]?["selector"]))
    },
  ]
}
