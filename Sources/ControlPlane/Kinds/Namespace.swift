extension ResourceDescriptor {
  static let namespace = ResourceDescriptor(
    name: ResourceName(group: "", version: "v1", plural: "namespaces", kind: "Namespace"),
    shortNames: ["ns"], namespaced: false, schema: .namespace, nameRule: .dnsLabel,
    selectableFields: ["status.phase": ["status", "phase"]],
    columns: [
      .name,
      TableColumn("Status", "The status of the namespace") { object, _ in object["status"]?["phase"] ?? "" },
      .age,
    ],
    setDefaults: { namespace in
      // Selectors on namespaces find them by this label.
      namespace[["metadata", "labels", "kubernetes.io/metadata.name"]] = namespace["metadata"]?["name"]
    },
    prepareForCreate: { namespace in
      namespace["spec"] = ["finalizers": ["kubernetes"]]
      namespace["status"] = ["phase": "Active"]
    },
    prepareForUpdate: { namespace, old in namespace["spec"] = old["spec"] })

  /// Namespaces that every cluster has.
  static let initialNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"]
}
