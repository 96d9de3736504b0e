private let core = "io.k8s.api.core.v1."

extension ObjectSchema {
  static let pod = ObjectSchema.kind(core + "Pod", ["spec": .object(podSpec), "status": .object(podStatus)])

  static let podSpec = ObjectSchema(
    core + "PodSpec", required: ["containers"],
    [
      "activeDeadlineSeconds": .int64, "affinity": .object(affinity), "automountServiceAccountToken": .boolean,
      "containers": .list(container, by: "name"), "dnsConfig": .object(podDNSConfig), "dnsPolicy": .string,
      "enableServiceLinks": .boolean, "ephemeralContainers": .list(ephemeralContainer, by: "name"),
      "hostAliases": .list(hostAlias, by: "ip"), "hostIPC": .boolean, "hostNetwork": .boolean, "hostPID": .boolean,
      "hostUsers": .boolean, "hostname": .string, "imagePullSecrets": .list(localObjectReference, by: "name"),
      "initContainers": .list(container, by: "name"), "nodeName": .string, "nodeSelector": .map(.string),
      "os": .object(podOS), "overhead": .map(.quantity), "preemptionPolicy": .string, "priority": .int32,
      "priorityClassName": .string, "readinessGates": .list(.object(podReadinessGate)),
      "resourceClaims": .list(podResourceClaim, by: "name"), "resources": .object(resourceRequirements),
      "restartPolicy": .string, "runtimeClassName": .string, "schedulerName": .string,
      "schedulingGates": .list(podSchedulingGate, by: "name"), "securityContext": .object(podSecurityContext),
      "serviceAccount": .string, "serviceAccountName": .string, "setHostnameAsFQDN": .boolean,
      "shareProcessNamespace": .boolean, "subdomain": .string, "terminationGracePeriodSeconds": .int64,
      "tolerations": .list(.object(toleration)),
      "topologySpreadConstraints": .list(
        topologySpreadConstraint, by: "topologyKey", alsoIdentifiedBy: ["whenUnsatisfiable"]),
      "volumes": .list(volume, by: "name"),
    ])

  static let podStatus = ObjectSchema(
    core + "PodStatus",
    [
      "conditions": .list(podCondition, by: "type"), "containerStatuses": .list(.object(containerStatus)),
      "ephemeralContainerStatuses": .list(.object(containerStatus)), "hostIP": .string,
      "hostIPs": .list(.object(hostIP)), "initContainerStatuses": .list(.object(containerStatus)),
      "message": .string, "nominatedNodeName": .string, "phase": .string, "podIP": .string,
      "podIPs": .list(podIP, by: "ip"), "qosClass": .string, "reason": .string, "resize": .string,
      "resourceClaimStatuses": .list(.any), "startTime": .time, "observedGeneration": .int64,
    ])

  private static let podCondition = ObjectSchema.statusCondition(
    "PodCondition", ["lastProbeTime": .time, "observedGeneration": .int64])
  private static let podIP = ObjectSchema(core + "PodIP", required: ["ip"], ["ip": .string])
  private static let hostIP = ObjectSchema(core + "HostIP", required: ["ip"], ["ip": .string])
  private static let podOS = ObjectSchema(core + "PodOS", required: ["name"], ["name": .string])
  private static let podReadinessGate = ObjectSchema(
    core + "PodReadinessGate", required: ["conditionType"], ["conditionType": .string])
  private static let podSchedulingGate = ObjectSchema(
    core + "PodSchedulingGate", required: ["name"], ["name": .string])
  private static let podResourceClaim = ObjectSchema(
    core + "PodResourceClaim", required: ["name"],
    ["name": .string, "resourceClaimName": .string, "resourceClaimTemplateName": .string])
  private static let hostAlias = ObjectSchema(
    core + "HostAlias", required: ["ip"], ["ip": .string, "hostnames": .list(.string)])
  private static let podDNSConfig = ObjectSchema(
    core + "PodDNSConfig",
    ["nameservers": .list(.string), "searches": .list(.string), "options": .list(.object(podDNSConfigOption))])
  private static let podDNSConfigOption = ObjectSchema(
    core + "PodDNSConfigOption", ["name": .string, "value": .string])
  private static let affinity = ObjectSchema(
    core + "Affinity", ["nodeAffinity": .any, "podAffinity": .any, "podAntiAffinity": .any])

  static let toleration = ObjectSchema(
    core + "Toleration",
    ["key": .string, "operator": .string, "value": .string, "effect": .string, "tolerationSeconds": .int64])

  private static let topologySpreadConstraint = ObjectSchema(
    core + "TopologySpreadConstraint", required: ["maxSkew", "topologyKey", "whenUnsatisfiable"],
    [
      "labelSelector": .object(labelSelector), "matchLabelKeys": .list(.string), "maxSkew": .int32,
      "minDomains": .int32, "nodeAffinityPolicy": .string, "nodeTaintsPolicy": .string, "topologyKey": .string,
      "whenUnsatisfiable": .string,
    ])

  private static let podSecurityContext = ObjectSchema(
    core + "PodSecurityContext",
    [
      "appArmorProfile": .any, "fsGroup": .int64, "fsGroupChangePolicy": .string, "runAsGroup": .int64,
      "runAsNonRoot": .boolean, "runAsUser": .int64, "seLinuxChangePolicy": .string, "seLinuxOptions": .any,
      "seccompProfile": .any, "supplementalGroups": .list(.int64), "supplementalGroupsPolicy": .string,
      "sysctls": .list(.object(sysctl)), "windowsOptions": .any,
    ])
  private static let sysctl = ObjectSchema(
    core + "Sysctl", required: ["name", "value"], ["name": .string, "value": .string])

  /// A volume: its name and one source, into which nothing here looks.
  private static let volume = ObjectSchema(
    core + "Volume", required: ["name"], replaced: ["projected"],
    [
      "name": .string, "awsElasticBlockStore": .any, "azureDisk": .any, "azureFile": .any, "cephfs": .any,
      "cinder": .any, "configMap": .any, "csi": .any, "downwardAPI": .any, "emptyDir": .any, "ephemeral": .any,
      "fc": .any, "flexVolume": .any, "flocker": .any, "gcePersistentDisk": .any, "gitRepo": .any,
      "glusterfs": .any, "hostPath": .any, "image": .any, "iscsi": .any, "nfs": .any, "persistentVolumeClaim": .any,
      "photonPersistentDisk": .any, "portworxVolume": .any, "projected": .any, "quobyte": .any, "rbd": .any,
      "scaleIO": .any, "secret": .any, "storageos": .any, "vsphereVolume": .any,
    ])

  private static let containerStatus = ObjectSchema(
    core + "ContainerStatus", required: ["name", "ready", "restartCount", "image", "imageID"],
    [
      "allocatedResources": .map(.quantity), "allocatedResourcesStatus": .list(.any), "containerID": .string,
      "image": .string, "imageID": .string, "lastState": .object(containerState), "name": .string,
      "ready": .boolean, "resources": .object(resourceRequirements), "restartCount": .int32, "started": .boolean,
      "state": .object(containerState), "stopSignal": .string, "user": .any, "volumeMounts": .list(.any),
    ])
  private static let containerState = ObjectSchema(
    core + "ContainerState",
    [
      "running": .object(ObjectSchema(core + "ContainerStateRunning", ["startedAt": .time])),
      "terminated": .object(containerStateTerminated),
      "waiting": .object(
        ObjectSchema(core + "ContainerStateWaiting", ["message": .string, "reason": .string])),
    ])
  private static let containerStateTerminated = ObjectSchema(
    core + "ContainerStateTerminated", required: ["exitCode"],
    [
      "containerID": .string, "exitCode": .int32, "finishedAt": .time, "message": .string, "reason": .string,
      "signal": .int32, "startedAt": .time,
    ])
}
