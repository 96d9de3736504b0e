private let core = "io.k8s.api.core.v1."

extension ObjectSchema {
  static let service = ObjectSchema.kind(
    core + "Service", ["spec": .object(serviceSpec), "status": .object(serviceStatus)])

  private static let serviceSpec = ObjectSchema(
    core + "ServiceSpec",
    [
      "allocateLoadBalancerNodePorts": .boolean, "clusterIP": .string, "clusterIPs": .list(.string),
      "externalIPs": .list(.string), "externalName": .string, "externalTrafficPolicy": .string,
      "healthCheckNodePort": .int32, "internalTrafficPolicy": .string, "ipFamilies": .list(.string),
      "ipFamilyPolicy": .string, "loadBalancerClass": .string, "loadBalancerIP": .string,
      "loadBalancerSourceRanges": .list(.string),
      "ports": .list(servicePort, by: "port", alsoIdentifiedBy: ["protocol"]), "publishNotReadyAddresses": .boolean,
      "selector": .map(.string), "sessionAffinity": .string, "sessionAffinityConfig": .object(sessionAffinityConfig),
      "trafficDistribution": .string, "type": .string,
    ])

  private static let servicePort = ObjectSchema(
    core + "ServicePort", required: ["port"],
    [
      "appProtocol": .string, "name": .string, "nodePort": .int32, "port": .int32, "protocol": .string,
      "targetPort": .intOrString,
    ])

  private static let sessionAffinityConfig = ObjectSchema(
    core + "SessionAffinityConfig",
    ["clientIP": .object(ObjectSchema(core + "ClientIPConfig", ["timeoutSeconds": .int32]))])

  private static let serviceStatus = ObjectSchema(
    core + "ServiceStatus",
    ["conditions": .list(condition, by: "type"), "loadBalancer": .object(loadBalancerStatus)])

  private static let loadBalancerStatus = ObjectSchema(
    core + "LoadBalancerStatus", ["ingress": .list(.object(loadBalancerIngress))])

  private static let loadBalancerIngress = ObjectSchema(
    core + "LoadBalancerIngress", ["hostname": .string, "ip": .string, "ipMode": .string, "ports": .list(.any)])
}
