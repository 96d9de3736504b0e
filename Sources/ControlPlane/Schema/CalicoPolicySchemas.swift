private let calico = "org.projectcalico.v3."

extension ObjectSchema {
  static let tier = calicoKind(
    "Tier", ["defaultAction": .string, "order": .number], status: conditions(calico + "TierStatus"))
  static let calicoNetworkPolicy = calicoKind("NetworkPolicy", policyFields)
  static let globalNetworkPolicy = calicoKind("GlobalNetworkPolicy", globalPolicyFields)
  static let stagedNetworkPolicy = calicoKind("StagedNetworkPolicy", staged(policyFields))
  static let stagedGlobalNetworkPolicy = calicoKind("StagedGlobalNetworkPolicy", staged(globalPolicyFields))
  static let stagedKubernetesNetworkPolicy = calicoKind(
    "StagedKubernetesNetworkPolicy", staged(kubernetesPolicyFields))
  static let networkSet = calicoKind("NetworkSet", ["nets": .list(.string)])
  static let globalNetworkSet = calicoKind("GlobalNetworkSet", ["nets": .list(.string)])

  static let hostEndpoint = calicoKind(
    "HostEndpoint",
    [
      "expectedIPs": .list(.string), "interfaceName": .string, "node": .string,
      "ports": .list(
        .object(
          ObjectSchema(
            calico + "EndpointPort", required: ["name", "port", "protocol"],
            ["name": .string, "port": .int32, "protocol": .intOrString]))),
      "profiles": .list(.string),
    ])

  private static func calicoKind(
    _ name: String, _ spec: [String: Schema], status: ObjectSchema? = nil
  ) -> ObjectSchema {
    var fields: [String: Schema] = ["spec": .object(ObjectSchema(calico + name + "Spec", spec))]
    fields["status"] = status.map { .object($0) }
    return .kind(calico + name, fields)
  }

  private static let policyFields: [String: Schema] = [
    "egress": .list(.object(rule)), "ingress": .list(.object(rule)), "order": .number,
    "performanceHints": .list(.string), "selector": .string, "serviceAccountSelector": .string, "tier": .string,
    "types": .list(.string),
  ]

  private static let globalPolicyFields: [String: Schema] = policyFields.merging([
    "applyOnForward": .boolean, "doNotTrack": .boolean, "namespaceSelector": .string, "preDNAT": .boolean,
  ]) { own, _ in own }

  private static func staged(_ fields: [String: Schema]) -> [String: Schema] {
    fields.merging(["stagedAction": .string]) { own, _ in own }
  }

  private static let rule = ObjectSchema(
    calico + "Rule", required: ["action"],
    [
      "action": .string, "destination": .object(entityRule), "http": .object(httpMatch), "icmp": .object(icmpFields),
      "ipVersion": .int32,
      "metadata": .object(ObjectSchema(calico + "RuleMetadata", ["annotations": .map(.string)])),
      "notICMP": .object(icmpFields), "notProtocol": .intOrString, "protocol": .intOrString,
      "source": .object(entityRule),
    ])

  private static let icmpFields = ObjectSchema(calico + "ICMPFields", ["code": .int32, "type": .int32])

  private static let httpMatch = ObjectSchema(
    calico + "HTTPMatch",
    [
      "methods": .list(.string),
      "paths": .list(.object(ObjectSchema(calico + "HTTPPath", ["exact": .string, "prefix": .string]))),
    ])

  private static let entityRule = ObjectSchema(
    calico + "EntityRule",
    [
      "namespaceSelector": .string, "nets": .list(.string), "notNets": .list(.string), "notPorts": .list(.intOrString),
      "notSelector": .string, "ports": .list(.intOrString), "selector": .string,
      "serviceAccounts": .object(
        ObjectSchema(calico + "ServiceAccountMatch", ["names": .list(.string), "selector": .string])),
      "services": .object(ObjectSchema(calico + "ServiceMatch", ["name": .string, "namespace": .string])),
    ])
}
