private let core = "io.k8s.api.core.v1."

extension ObjectSchema {
  static let node = ObjectSchema.kind(core + "Node", ["spec": .object(nodeSpec), "status": .object(nodeStatus)])

  private static let nodeSpec = ObjectSchema(
    core + "NodeSpec",
    [
      "configSource": .any, "externalID": .string, "podCIDR": .string, "podCIDRs": .set(.string),
      "providerID": .string, "taints": .list(.object(taint)), "unschedulable": .boolean,
    ])

  private static let taint = ObjectSchema(
    core + "Taint", required: ["key", "effect"],
    ["effect": .string, "key": .string, "timeAdded": .time, "value": .string])

  private static let nodeStatus = ObjectSchema(
    core + "NodeStatus",
    [
      "addresses": .list(nodeAddress, by: "type"), "allocatable": .map(.quantity), "capacity": .map(.quantity),
      "conditions": .list(ObjectSchema.statusCondition("NodeCondition", ["lastHeartbeatTime": .time]), by: "type"),
      "config": .any, "daemonEndpoints": .any, "declaredFeatures": .list(.string), "features": .any,
      "images": .list(.any), "nodeInfo": .object(nodeSystemInfo), "phase": .string, "runtimeHandlers": .list(.any),
      "volumesAttached": .list(.any), "volumesInUse": .list(.string),
    ])

  private static let nodeAddress = ObjectSchema(
    core + "NodeAddress", required: ["type", "address"], ["address": .string, "type": .string])

  private static let nodeSystemInfo = ObjectSchema(
    core + "NodeSystemInfo",
    [
      "architecture": .string, "bootID": .string, "containerRuntimeVersion": .string, "kernelVersion": .string,
      "kubeProxyVersion": .string, "kubeletVersion": .string, "machineID": .string, "operatingSystem": .string,
      "osImage": .string, "swap": .any, "systemUUID": .string,
    ])

  static let namespace = ObjectSchema.kind(
    core + "Namespace",
    [
      "spec": .object(ObjectSchema(core + "NamespaceSpec", ["finalizers": .list(.string)])),
      "status": .object(
        ObjectSchema(
          core + "NamespaceStatus",
          [
            "conditions": .list(ObjectSchema.statusCondition("NamespaceCondition"), by: "type"), "phase": .string,
          ])),
    ])

  static let event = ObjectSchema.kind(
    core + "Event", required: ["involvedObject"],
    [
      "action": .string, "count": .int32, "eventTime": .time, "firstTimestamp": .time,
      "involvedObject": .object(objectReference), "lastTimestamp": .time, "message": .string, "reason": .string,
      "related": .object(objectReference), "reportingComponent": .string, "reportingInstance": .string,
      "series": .any,
      "source": .object(ObjectSchema(core + "EventSource", ["component": .string, "host": .string])),
      "type": .string,
    ])

  static let lease = ObjectSchema.kind(
    "io.k8s.api.coordination.v1.Lease",
    [
      "spec": .object(
        ObjectSchema(
          "io.k8s.api.coordination.v1.LeaseSpec",
          [
            "acquireTime": .time, "holderIdentity": .string, "leaseDurationSeconds": .int32,
            "leaseTransitions": .int32, "preferredHolder": .string, "renewTime": .time, "strategy": .string,
          ]))
    ])
}
