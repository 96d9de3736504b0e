import Netlink

@testable import Lab

/// The objects of `OutsideCluster`.
enum OutsideManifest {
  static func all(_ nodes: [LabHost]) -> String {
    let pods = [("here", 0), ("there", 1), ("asking", 0)].map { pod("outside-\($0)", on: nodes[$1].name) }
    let services = OutsideCluster.Front.allCases.map { service($0) }
    let slices = nodes[1].addresses.map { slice(.host, $0.address, on: nodes[1].name) }
    return (pods + services + slices).joined(separator: "\n---\n")
  }

  private static func pod(_ name: String, on node: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name), namespace: default, labels: {outside: \(name), serves: "\(name != "outside-asking")"}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: \(node)}
      containers: [{name: sleep, image: this-machine, command: [sleep, infinity]}]
    """
  }

  private static func service(_ front: OutsideCluster.Front) -> String {
    let port =
      "port: \(OutsideCluster.servicePort), targetPort: \(OutsideCluster.serverPort), nodePort: \(front.nodePort)"
    return """
      apiVersion: v1
      kind: Service
      metadata: {name: \(front.name), namespace: default\(front == .maglev ? ", \(strategy)" : "")}
      spec:
        type: LoadBalancer
        ipFamilyPolicy: PreferDualStack
        externalIPs: ["\(front.external.map { "\($0)" }.joined(separator: "\", \""))"]
        \(details(front))
        ports:
          - {name: tcp, protocol: TCP, \(port)}
          - {name: udp, protocol: UDP, \(port)}
      """
  }

  private static let strategy = "annotations: {lb.projectcalico.org/external-traffic-strategy: maglev}"

  private static func details(_ front: OutsideCluster.Front) -> String {
    switch front {
    case .here, .there: "selector: {outside: \(front.name)}"
    case .host: ""
    case .both, .maglev: #"selector: {serves: "true"}"#
    case .sticky: "selector: {serves: \"true\"}\n  sessionAffinity: ClientIP"
    case .nobody: "selector: {outside: nobody}"
    case .local: "selector: {outside: outside-there}\n  externalTrafficPolicy: Local"
    }
  }

  private static func slice(_ front: OutsideCluster.Front, _ address: InetAddress, on node: String) -> String {
    let (family, port) = (address.family == .ipv4 ? "IPv4" : "IPv6", OutsideCluster.serverPort)
    return """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: \(front.name)-\(family.lowercased())
        namespace: default
        labels: {kubernetes.io/service-name: \(front.name)}
      addressType: \(family)
      ports: [{name: tcp, protocol: TCP, port: \(port)}, {name: udp, protocol: UDP, port: \(port)}]
      endpoints: [{addresses: ["\(address)"], conditions: {ready: true}, nodeName: \(node)}]
      """
  }
}
