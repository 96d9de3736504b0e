extension ResourceDescriptor {
  static let pod = ResourceDescriptor(
    name: ResourceName(group: "", version: "v1", plural: "pods", kind: "Pod"),
    shortNames: ["po"], categories: ["all"], schema: .pod,
    otherSubresources: ["binding": "Binding"],
    gracePeriod: PodDefaults.gracePeriod,
    selectableFields: [
      "spec.nodeName": ["spec", "nodeName"], "spec.restartPolicy": ["spec", "restartPolicy"],
      "spec.schedulerName": ["spec", "schedulerName"], "spec.serviceAccountName": ["spec", "serviceAccountName"],
      "spec.hostNetwork": ["spec", "hostNetwork"], "status.phase": ["status", "phase"],
      "status.podIP": ["status", "podIP"], "status.nominatedNodeName": ["status", "nominatedNodeName"],
    ],
    columns: podColumns,
    setDefaults: PodDefaults.apply,
    prepareForCreate: { pod in
      PodDefaults.applyServiceAccount(&pod)
      pod["status"] = ["phase": "Pending", "qosClass": .string(PodDefaults.qosClass(pod))]
    },
    prepareForUpdate: PodDefaults.carryOverServiceAccount,
    validate: PodRules.validate)

  private static let podColumns: [TableColumn] = [
    .name,
    TableColumn("Ready", "Ready containers of all containers of the pod.") { pod, _ in
      .string(PodStatusText(pod).ready)
    },
    TableColumn("Status", "The aggregate status of the containers in this pod.") { pod, _ in
      .string(PodStatusText(pod).reason)
    },
    TableColumn("Restarts", "How often the containers were restarted, and when last.") { pod, now in
      .string(PodStatusText(pod).restarts(now: now))
    },
    .age,
    TableColumn("IP", wide: true, "The pod's address.") { pod, _ in
      pod["status"]?["podIPs"]?.array?.first?["ip"] ?? pod["status"]?["podIP"] ?? "<none>"
    },
    TableColumn("Node", wide: true, "The node the pod runs on.") { pod, _ in
      orNone(pod["spec"]?["nodeName"])
    },
    TableColumn("Nominated Node", wide: true, "The node that preemption makes room on for the pod.") { pod, _ in
      orNone(pod["status"]?["nominatedNodeName"])
    },
    TableColumn("Readiness Gates", wide: true, "Fulfilled readiness gates of all of them.") { pod, _ in
      .string(PodStatusText(pod).readinessGates)
    },
  ]

  private static func orNone(_ value: JSON?) -> JSON {
    guard let value, !value.isEmpty else { return "<none>" }
    return value
  }
}
