import CalicoAPI

extension ResourceDescriptor {
  static let serviceAccount = ResourceDescriptor(
    name: ResourceName(group: "", version: "v1", plural: ServiceAccount.plural, kind: ServiceAccount.kind),
    shortNames: ["sa"], schema: .serviceAccount, hasStatus: false,
    columns: [
      .name,
      TableColumn("Secrets", type: "integer", "How many secrets the account may use.") { account, _ in
        .int(Int64(account["secrets"]?.array?.count ?? 0))
      },
      .age,
    ])
}
