private let core = "io.k8s.api.core.v1."

private let containerFields: [String: Schema] = [
  "args": .list(.string), "command": .list(.string), "env": .list(envVar, by: "name"),
  "envFrom": .list(.object(envFromSource)), "image": .string, "imagePullPolicy": .string,
  "lifecycle": .object(lifecycle), "livenessProbe": .object(probe), "name": .string,
  "ports": .list(containerPort, by: "containerPort", alsoIdentifiedBy: ["protocol"]),
  "readinessProbe": .object(probe), "resizePolicy": .list(.any),
  "resources": .object(ObjectSchema.resourceRequirements), "restartPolicy": .string, "restartPolicyRules": .list(.any),
  "securityContext": .object(securityContext), "startupProbe": .object(probe), "stdin": .boolean,
  "stdinOnce": .boolean, "terminationMessagePath": .string, "terminationMessagePolicy": .string, "tty": .boolean,
  "volumeDevices": .list(volumeDevice, by: "devicePath"), "volumeMounts": .list(volumeMount, by: "mountPath"),
  "workingDir": .string,
]

extension ObjectSchema {
  static let container = ObjectSchema(core + "Container", required: ["name"], containerFields)

  static let ephemeralContainer = ObjectSchema(
    core + "EphemeralContainer", required: ["name"],
    containerFields.merging(["targetContainerName": .string]) { own, _ in own })

  static let resourceRequirements = ObjectSchema(
    core + "ResourceRequirements",
    ["claims": .list(.any), "limits": .map(.quantity), "requests": .map(.quantity)])
}

private let containerPort = ObjectSchema(
  core + "ContainerPort", required: ["containerPort"],
  [
    "containerPort": .int32, "hostIP": .string, "hostPort": .int32, "name": .string, "protocol": .string,
  ])

private let envVar = ObjectSchema(
  core + "EnvVar", required: ["name"], ["name": .string, "value": .string, "valueFrom": .object(envVarSource)])

private let envVarSource = ObjectSchema(
  core + "EnvVarSource",
  [
    "configMapKeyRef": .object(keySelector("ConfigMapKeySelector")),
    "fieldRef": .object(
      ObjectSchema(
        core + "ObjectFieldSelector", required: ["fieldPath"], ["apiVersion": .string, "fieldPath": .string])),
    "fileKeyRef": .any,
    "resourceFieldRef": .object(
      ObjectSchema(
        core + "ResourceFieldSelector", required: ["resource"],
        ["containerName": .string, "divisor": .quantity, "resource": .string])),
    "secretKeyRef": .object(keySelector("SecretKeySelector")),
  ])

private func keySelector(_ name: String) -> ObjectSchema {
  ObjectSchema(core + name, required: ["key"], ["key": .string, "name": .string, "optional": .boolean])
}

private let envFromSource = ObjectSchema(
  core + "EnvFromSource", ["configMapRef": .any, "prefix": .string, "secretRef": .any])

private let lifecycle = ObjectSchema(
  core + "Lifecycle", ["postStart": .any, "preStop": .any, "stopSignal": .string])

private let probe = ObjectSchema(
  core + "Probe",
  [
    "exec": .object(ObjectSchema(core + "ExecAction", ["command": .list(.string)])), "failureThreshold": .int32,
    "grpc": .object(ObjectSchema(core + "GRPCAction", required: ["port"], ["port": .int32, "service": .string])),
    "httpGet": .object(httpGetAction), "initialDelaySeconds": .int32, "periodSeconds": .int32,
    "successThreshold": .int32,
    "tcpSocket": .object(
      ObjectSchema(core + "TCPSocketAction", required: ["port"], ["host": .string, "port": .intOrString])),
    "terminationGracePeriodSeconds": .int64, "timeoutSeconds": .int32,
  ])

private let httpGetAction = ObjectSchema(
  core + "HTTPGetAction", required: ["port"],
  [
    "host": .string, "path": .string, "port": .intOrString, "scheme": .string,
    "httpHeaders": .list(
      .object(
        ObjectSchema(core + "HTTPHeader", required: ["name", "value"], ["name": .string, "value": .string]))),
  ])

private let securityContext = ObjectSchema(
  core + "SecurityContext",
  [
    "allowPrivilegeEscalation": .boolean, "appArmorProfile": .any,
    "capabilities": .object(
      ObjectSchema(core + "Capabilities", ["add": .list(.string), "drop": .list(.string)])),
    "privileged": .boolean, "procMount": .string, "readOnlyRootFilesystem": .boolean, "runAsGroup": .int64,
    "runAsNonRoot": .boolean, "runAsUser": .int64, "seLinuxOptions": .any, "seccompProfile": .any,
    "windowsOptions": .any,
  ])

private let volumeDevice = ObjectSchema(
  core + "VolumeDevice", required: ["name", "devicePath"], ["devicePath": .string, "name": .string])

private let volumeMount = ObjectSchema(
  core + "VolumeMount", required: ["name", "mountPath"],
  [
    "mountPath": .string, "mountPropagation": .string, "name": .string, "readOnly": .boolean,
    "recursiveReadOnly": .string, "subPath": .string, "subPathExpr": .string,
  ])
