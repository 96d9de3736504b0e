extension ObjectSchema {
  private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1."
  private static let core = "io.k8s.api.core.v1."

  static let objectMeta = ObjectSchema(
    meta + "ObjectMeta",
    [
      "name": .string, "generateName": .string, "namespace": .string, "selfLink": .string, "uid": .string,
      "resourceVersion": .string, "generation": .int64, "creationTimestamp": .time, "deletionTimestamp": .time,
      "deletionGracePeriodSeconds": .int64, "labels": .map(.string), "annotations": .map(.string),
      "ownerReferences": .list(ownerReference, by: "uid"), "finalizers": .set(.string),
      "managedFields": .list(.any),
    ])

  static let ownerReference = ObjectSchema(
    meta + "OwnerReference", required: ["apiVersion", "kind", "name", "uid"],
    [
      "apiVersion": .string, "kind": .string, "name": .string, "uid": .string, "controller": .boolean,
      "blockOwnerDeletion": .boolean,
    ])

  static let labelSelector = ObjectSchema(
    meta + "LabelSelector",
    ["matchLabels": .map(.string), "matchExpressions": .list(.object(labelSelectorRequirement))])

  static let labelSelectorRequirement = ObjectSchema(
    meta + "LabelSelectorRequirement", required: ["key", "operator"],
    ["key": .string, "operator": .string, "values": .list(.string)])

  /// A condition of a Service.
  static let condition = ObjectSchema(
    meta + "Condition", required: ["type", "status", "lastTransitionTime", "reason", "message"],
    [
      "type": .string, "status": .string, "observedGeneration": .int64, "lastTransitionTime": .time,
      "reason": .string, "message": .string,
    ])

  static let objectReference = ObjectSchema(
    core + "ObjectReference",
    [
      "apiVersion": .string, "kind": .string, "namespace": .string, "name": .string, "uid": .string,
      "resourceVersion": .string, "fieldPath": .string,
    ])

  static let localObjectReference = ObjectSchema(core + "LocalObjectReference", ["name": .string])

  /// A condition of a Pod, Node or Namespace.
  static func statusCondition(_ name: String, _ more: [String: Schema] = [:]) -> ObjectSchema {
    let fields: [String: Schema] = [
      "type": .string, "status": .string, "lastTransitionTime": .time, "reason": .string, "message": .string,
    ]
    return ObjectSchema(core + name, required: ["type", "status"], fields.merging(more) { _, more in more })
  }
}
