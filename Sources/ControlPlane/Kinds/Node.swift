import CalicoAPI

extension ResourceDescriptor {
  static let node = ResourceDescriptor(
    name: ResourceName(group: "", version: "v1", plural: "nodes", kind: "Node"),
    shortNames: ["no"], namespaced: false, schema: .node, keepsStatusOnCreate: true,
    selectableFields: ["spec.unschedulable": ["spec", "unschedulable"]],
    columns: nodeColumns,
    setDefaults: { node in
      if node["spec"] == nil { node["spec"] = [:] }
      if let first = node["spec"]?["podCIDRs"]?.array?.first { node[["spec", "podCIDR"]] = first }
      if node["spec"]?["podCIDRs"] == nil, let only = node["spec"]?["podCIDR"], !only.isEmpty {
        node[["spec", "podCIDRs"]] = [only]
      }
    },
    validate: NodeRules.validate)

  private static let nodeColumns: [TableColumn] = [
    .name,
    TableColumn("Status", "The status of the node") { node, _ in .string(NodeStatusText.status(node)) },
    TableColumn("Roles", "The roles of the node") { node, _ in .string(NodeStatusText.roles(node)) },
    .age,
    TableColumn("Version", "Kubelet Version reported by the node.") { node, _ in
      node["status"]?["nodeInfo"]?["kubeletVersion"] ?? ""
    },
    TableColumn("Internal-IP", wide: true, "Address at which the nodes reach it.") { node, _ in
      NodeStatusText.address(node, "InternalIP")
    },
    TableColumn("External-IP", wide: true, "Address at which the world reaches it.") { node, _ in
      NodeStatusText.address(node, "ExternalIP")
    },
    NodeStatusText.infoColumn("OS-Image", "osImage", "OS Image reported by the node"),
    NodeStatusText.infoColumn("Kernel-Version", "kernelVersion", "Kernel Version reported by the node"),
    NodeStatusText.infoColumn(
      "Container-Runtime", "containerRuntimeVersion", "ContainerRuntime Version reported by the node"),
  ]
}

/// What a Node must fulfil.
enum NodeRules {
  static func validate(_ node: JSON, _ old: JSON?) -> [FieldError] {
    var errors: [FieldError] = []
    let cidrs = node["spec"]?["podCIDRs"]?.array ?? []
    for (index, cidr) in cidrs.enumerated() where IPPrefix(cidr.string ?? "") == nil {
      errors.append(
        .invalid("spec.podCIDRs[\(index)]", cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
    }
    let families = cidrs.compactMap { IPPrefix($0.string ?? "")?.address.family }
    if cidrs.count > 2 || (families.count == 2 && families[0] == families[1]) {
      errors.append(
        .invalid("spec.podCIDRs", .array(cidrs), "may specify no more than one CIDR for each IP family"))
    }
    if let before = old?["spec"]?["podCIDRs"], !before.isEmpty, before != node["spec"]?["podCIDRs"] {
      errors.append(.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"))
    }
    for (index, address) in (node["status"]?["addresses"]?.array ?? []).enumerated() {
      let type = address["type"]?.string ?? ""
      if type.hasSuffix("IP"), IPAddress(address["address"]?.string ?? "") == nil {
        errors.append(
          .invalid("status.addresses[\(index)].address", address["address"] ?? "", "must be a valid IP address"))
      }
    }
    return errors
  }
}
