import CalicoAPI
import Testing

@Suite("Objects as the API writes them")
struct ObjectTests {
  @Test("a Service round-trips: zero fields are left out, unknown ones ignored")
  func service() throws {
    let service = try decode(
      Service.self,
      #"""
      {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default","labels":null,
        "creationTimestamp":"2026-11-23T13:36:57Z","managedFields":[{"manager":"kubectl"}]},
       "spec":{"type":"ClusterIP","clusterIP":"10.96.0.10","clusterIPs":["10.96.0.10","fd96::a"],
        "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"PreferDualStack","selector":{"app":"web"},
        "ports":[{"port":80,"targetPort":8080,"protocol":"TCP"},{"name":"dns","port":53,"targetPort":"dns","protocol":"UDP"}],
        "internalTrafficPolicy":"Cluster","futureField":{"a":[1]}},
       "status":{"loadBalancer":{}}}
      """#)
    #expect(service.name == "web")
    #expect(service.metadata.labels == [:])
    #expect(service.spec.ports[0].targetPort == 8080)
    #expect(service.spec.ports[1].targetPort == "dns")
    #expect(service.spec.ports[1].protocol == .udp)
    #expect(service.spec.ipFamilies == [.ipv4, .ipv6])
    #expect(service.spec.externalTrafficPolicy.rawValue == "")
    #expect(
      try encode(service)
        == #"{"apiVersion":"v1","kind":"Service","metadata":{"creationTimestamp":"2026-11-23T13:36:57Z","#
        + #""name":"web","namespace":"default"},"spec":{"clusterIP":"10.96.0.10","clusterIPs":["10.96.0.10","fd96::a"],"#
        + #""internalTrafficPolicy":"Cluster","ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"PreferDualStack","#
        + #""ports":[{"port":80,"protocol":"TCP","targetPort":8080},"#
        + #"{"name":"dns","port":53,"protocol":"UDP","targetPort":"dns"}],"selector":{"app":"web"},"#
        + #""type":"ClusterIP"}}"#)
    #expect(try decode(Service.self, encode(service)) == service)
  }

  @Test("a Pod round-trips")
  func pod() throws {
    let pod = Pod(
      metadata: ObjectMeta(
        name: "web-1", namespace: "default",
        ownerReferences: [OwnerReference(apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "u")]),
      spec: PodSpec(
        nodeName: "node1",
        containers: [
          Container(
            name: "web", image: "lab", command: ["serve", "--port", "8080"], env: [EnvVar(name: "A", value: "b")],
            ports: [ContainerPort(name: "http", containerPort: 8080)],
            readinessProbe: Probe(tcpSocket: TCPSocketAction(port: "http"), periodSeconds: 1))
        ]),
      status: PodStatus(
        phase: .running, podIPs: [PodIP(ip: "10.65.1.2"), PodIP(ip: "fd65:0:0:1::2")],
        conditions: [Condition(type: "Ready", status: .true)],
        containerStatuses: [ContainerStatus(name: "web", ready: true, state: ContainerState(running: .init()))]))
    #expect(pod.isReady && !pod.isFinished && !pod.isTerminating)
    #expect(pod.status.podIP == "10.65.1.2")
    #expect(try decode(Pod.self, encode(pod)) == pod)
  }

  @Test("a Node without status is not an error")
  func node() throws {
    let node = try decode(
      Node.self, #"{"metadata":{"name":"node1"},"spec":{"podCIDR":"10.65.1.0/24","podCIDRs":["10.65.1.0/24"]}}"#)
    #expect(node.spec == NodeSpec(podCIDRs: ["10.65.1.0/24"]))
    #expect(node.status == NodeStatus())
    #expect(!node.spec.unschedulable)
  }

  @Test("an EndpointSlice keeps absent and false apart")
  func endpointSlice() throws {
    let slice = try decode(
      EndpointSlice.self,
      #"""
      {"kind":"EndpointSlice","apiVersion":"discovery.k8s.io/v1","addressType":"IPv4",
       "metadata":{"name":"web-x","namespace":"default","labels":{"kubernetes.io/service-name":"web"}},
       "endpoints":[{"addresses":["10.65.1.2"],"conditions":{"ready":false,"serving":true,"terminating":true},
         "nodeName":"node1","targetRef":{"kind":"Pod","namespace":"default","name":"web-1"}},
        {"addresses":["10.65.2.2"],"hints":{"forZones":[{"name":"a"}]}}],
       "ports":[{"name":"","port":8080,"protocol":"TCP"}]}
      """#)
    #expect(slice.serviceName == "web")
    #expect(!slice.endpoints[0].conditions.isReady && slice.endpoints[0].conditions.isServing)
    #expect(slice.endpoints[1].conditions.isReady && !slice.endpoints[1].conditions.isTerminating)
    #expect(slice.endpoints[1].hints?.forZones.map(\.name) == ["a"])
    #expect(slice.ports == [EndpointPort(name: "", protocol: .tcp, port: 8080)])
    #expect(try decode(EndpointSlice.self, encode(slice)) == slice)
  }

  @Test("a document of another kind is refused with both names")
  func wrongKind() {
    let error = #expect(throws: DecodingError.self) {
      try decode(Service.self, #"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}"#)
    }
    #expect(String(describing: error).contains(#"kind is "Pod", expected "Service""#))
  }

  @Test("a port that is neither a number nor a name is refused")
  func badPort() {
    #expect(throws: DecodingError.self) { try decode(ServicePort.self, #"{"port":80,"targetPort":[1]}"#) }
    #expect(throws: DecodingError.self) { try decode(ServicePort.self, #"{"port":80,"targetPort":4294967296}"#) }
    #expect(throws: DecodingError.self) { try decode(ServicePort.self, #"{"port":"80"}"#) }
  }

  @Test("descriptors name the resources")
  func descriptors() {
    #expect(EndpointSlice.apiVersion == "discovery.k8s.io/v1")
    #expect(
      [Namespace.plural, Node.plural, Pod.plural, Service.plural] == ["namespaces", "nodes", "pods", "services"])
    #expect([Namespace.isNamespaced, Node.isNamespaced, Pod.isNamespaced] == [false, false, true])
    #expect(Namespace.apiVersion == "v1")
  }
}
