extension ResourceDescriptor {
  static let lease = ResourceDescriptor(
    name: ResourceName(group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease"),
    schema: .lease, hasStatus: false,
    columns: [
      .name,
      TableColumn("Holder", "Who holds the lease.") { lease, _ in lease["spec"]?["holderIdentity"] ?? "" },
      .age,
    ])
}
