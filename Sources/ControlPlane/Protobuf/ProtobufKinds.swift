/// The messages that `kubectl create` and `kubectl drain` send in protobuf; everything else kubectl sends is JSON.
/// Field numbers: generated.proto of k8s.io/api/core/v1 and k8s.io/apimachinery/pkg/apis/meta/v1.
extension ProtobufMessage {
  static let kinds: [String: ProtobufMessage] = [
    "Namespace": namespace, "Service": service, "ServiceAccount": serviceAccount, "DeleteOptions": deleteOptions,
  ]

  private static let objectMeta = ProtobufMessage([
    1: ("name", .string), 2: ("generateName", .string), 3: ("namespace", .string), 5: ("uid", .string),
    6: ("resourceVersion", .string), 7: ("generation", .integer), 8: ("creationTimestamp", .time),
    9: ("deletionTimestamp", .time), 10: ("deletionGracePeriodSeconds", .optionalInteger), 11: ("labels", .stringMap),
    12: ("annotations", .stringMap), 13: ("ownerReferences", .list(.message(ownerReference))),
    14: ("finalizers", .list(.string)),
  ])

  private static let ownerReference = ProtobufMessage([
    1: ("kind", .string), 3: ("name", .string), 4: ("uid", .string), 5: ("apiVersion", .string),
    6: ("controller", .optionalBoolean), 7: ("blockOwnerDeletion", .optionalBoolean),
  ])

  private static let namespace = ProtobufMessage([
    1: ("metadata", .message(objectMeta)),
    2: ("spec", .message(ProtobufMessage([1: ("finalizers", .list(.string))]))),
  ])

  private static let serviceAccount = ProtobufMessage([
    1: ("metadata", .message(objectMeta)), 4: ("automountServiceAccountToken", .optionalBoolean),
  ])

  private static let service = ProtobufMessage([
    1: ("metadata", .message(objectMeta)), 2: ("spec", .message(serviceSpec)),
  ])

  private static let serviceSpec = ProtobufMessage([
    1: ("ports", .list(.message(servicePort))), 2: ("selector", .stringMap), 3: ("clusterIP", .string),
    4: ("type", .string), 5: ("externalIPs", .list(.string)), 7: ("sessionAffinity", .string),
    8: ("loadBalancerIP", .string), 9: ("loadBalancerSourceRanges", .list(.string)), 10: ("externalName", .string),
    11: ("externalTrafficPolicy", .string), 12: ("healthCheckNodePort", .integer),
    13: ("publishNotReadyAddresses", .boolean), 14: ("sessionAffinityConfig", .message(sessionAffinityConfig)),
    17: ("ipFamilyPolicy", .string), 18: ("clusterIPs", .list(.string)), 19: ("ipFamilies", .list(.string)),
    20: ("allocateLoadBalancerNodePorts", .optionalBoolean), 21: ("loadBalancerClass", .string),
    22: ("internalTrafficPolicy", .string), 23: ("trafficDistribution", .string),
  ])

  private static let servicePort = ProtobufMessage([
    1: ("name", .string), 2: ("protocol", .string), 3: ("port", .integer), 4: ("targetPort", .intOrString),
    5: ("nodePort", .integer), 6: ("appProtocol", .string),
  ])

  private static let sessionAffinityConfig = ProtobufMessage([
    1: ("clientIP", .message(ProtobufMessage([1: ("timeoutSeconds", .integer)])))
  ])

  private static let deleteOptions = ProtobufMessage([
    1: ("gracePeriodSeconds", .optionalInteger),
    2: ("preconditions", .message(ProtobufMessage([1: ("uid", .string), 2: ("resourceVersion", .string)]))),
    3: ("orphanDependents", .optionalBoolean), 4: ("propagationPolicy", .string), 5: ("dryRun", .list(.string)),
  ])
}
