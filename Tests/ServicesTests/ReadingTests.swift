import CalicoAPI
import DataplaneABI
import Services
import Testing

@Suite("Reading Services")
struct ServiceReadingTests {
  private func web(
    _ spec: ServiceSpec, labels: [String: String] = [:], annotations: [String: String] = [:],
    ingress: [LoadBalancerIngress] = []
  ) -> Reading<ServiceInfo> {
    ServiceInfo.reading(
      CalicoAPI.Service(
        metadata: ObjectMeta(name: "web", namespace: "default", labels: labels, annotations: annotations), spec: spec,
        status: ServiceStatus(loadBalancer: LoadBalancerStatus(ingress: ingress))))
  }

  @Test("a dual-stack ClusterIP service")
  func dualStack() {
    let reading = web(
      ServiceSpec(
        clusterIPs: ["10.96.0.1", "fd96::1"], ports: [ServicePort(name: "http", port: 80)],
        sessionAffinity: .clientIP, internalTrafficPolicy: .local))
    #expect(
      reading
        == Reading(
          ServiceInfo(
            ipv4: ServiceAddresses(clusterIP: IPv4Address(10, 96, 0, 1)),
            ipv6: IPv6Address("fd96::1").map { ServiceAddresses(clusterIP: $0) }, ports: [http(80)],
            internalLocal: true, affinitySeconds: 10800)))
  }

  @Test("headless, ExternalName and foreign services are left alone, without a complaint")
  func notOurs() {
    #expect(web(ServiceSpec(clusterIPs: ["None"], ports: [])) == Reading(nil))
    #expect(web(ServiceSpec(ports: [ServicePort(port: 80)])) == Reading(nil))
    #expect(web(ServiceSpec(type: .externalName, ports: [], externalName: "example.com")) == Reading(nil))
    let foreign = ["service.kubernetes.io/service-proxy-name": "mesh"]
    #expect(web(ServiceSpec(clusterIPs: ["10.96.0.1"], ports: []), labels: foreign) == Reading(nil))
  }

  @Test("a load balancer's addresses, ports, ranges and policy")
  func loadBalancer() throws {
    let reading = web(
      ServiceSpec(
        type: .loadBalancer, clusterIPs: ["10.96.0.1", "fd96::1"],
        ports: [ServicePort(name: "http", port: 80, nodePort: 30080)], externalIPs: ["198.51.100.1", "2001:db8::1"],
        externalTrafficPolicy: .local, loadBalancerSourceRanges: [" 192.0.2.0/24", "2001:db8:1::/48 "],
        healthCheckNodePort: 30099),
      ingress: [
        LoadBalancerIngress(ip: "203.0.113.1"), LoadBalancerIngress(ip: "203.0.113.2", ipMode: "Proxy"),
        LoadBalancerIngress(ip: "203.0.113.3", ipMode: "VIP"), LoadBalancerIngress(hostname: "lb.example.com"),
      ])
    let info = try #require(reading.value)
    #expect(reading.complaints == [])
    #expect(
      info.ipv4
        == ServiceAddresses(
          clusterIP: IPv4Address(10, 96, 0, 1), externalIPs: [external],
          loadBalancerIPs: [balancer, IPv4Address(203, 0, 113, 3)],
          sourceRanges: [RouteKey(prefixLength: 24, address: IPv4Address(192, 0, 2, 0))]))
    #expect(info.ipv6?.externalIPs == [try #require(IPv6Address("2001:db8::1"))])
    #expect(info.ipv6?.sourceRanges == [try #require(RouteKey("2001:db8:1::/48"))])
    #expect(info.ports.map(\.nodePort) == [30080])
    #expect(info.externalLocal)
    #expect(!info.internalLocal)
    #expect(info.healthCheckPort == 30099)
  }

  @Test("what is left over of another type has no effect")
  func leftOver() throws {
    let spec = ServiceSpec(
      type: .clusterIP, clusterIPs: ["10.96.0.1"], ports: [ServicePort(name: "http", port: 80, nodePort: 30080)],
      externalTrafficPolicy: .local, healthCheckNodePort: 30099)
    let info = try #require(web(spec, ingress: [LoadBalancerIngress(ip: "203.0.113.1")]).value)
    #expect(info == ServiceInfo(ipv4: ServiceAddresses(clusterIP: IPv4Address(10, 96, 0, 1)), ports: [http(80)]))
  }

  @Test("ranges that make no sense, or are of the other family, let nobody in")
  func badRanges() throws {
    func ranges(_ texts: [String]) -> Reading<ServiceInfo> {
      web(
        ServiceSpec(
          type: .loadBalancer, clusterIPs: ["10.96.0.1", "fd96::1"], ports: [], loadBalancerSourceRanges: texts))
    }
    let bad = ranges(["everybody", "10.0.0.0/33"])
    #expect(bad.value?.ipv4?.sourceRanges == [])
    #expect(bad.value?.ipv6?.sourceRanges == [])
    #expect(
      bad.complaints == [
        "loadBalancerSourceRange \"everybody\" is not a range of addresses",
        "loadBalancerSourceRange \"10.0.0.0/33\" is not a range of addresses",
      ])
    let other = ranges(["fd65::/64"])
    #expect(other.value?.ipv4?.sourceRanges == [])
    #expect(other.value?.ipv6?.sourceRanges?.count == 1)
    #expect(other.complaints == [])
    let none = ranges([])
    #expect(none.value?.ipv4 == ServiceAddresses(clusterIP: IPv4Address(10, 96, 0, 1)))
  }

  @Test("addresses that no service can have are left out and named, and above all the one that stands for every node")
  func badExternalAddresses() {
    let texts = ["255.255.255.255", "127.0.0.1", "224.0.0.1", "0.0.0.0", "::1", "ff02::1", "web"]
    let reading = web(
      ServiceSpec(type: .loadBalancer, clusterIPs: ["10.96.0.1", "fd96::1"], ports: [], externalIPs: texts),
      ingress: [LoadBalancerIngress(ip: "255.255.255.255"), LoadBalancerIngress(ip: "198.51.100.1")])
    #expect(reading.value?.ipv4?.externalIPs == [])
    #expect(reading.value?.ipv6?.externalIPs == [])
    #expect(reading.value?.ipv4?.loadBalancerIPs == [external])
    #expect(
      reading.complaints == texts.map { "externalIP \"\($0)\" is not an address that a service can have" } + [
        "load balancer's address \"255.255.255.255\" is not one that a service can have"
      ])
    #expect(web(ServiceSpec(clusterIPs: ["255.255.255.255"], ports: [])).value == nil)
  }

  @Test("a bad port at nodes is left out and named; the port in the cluster stays")
  func badNodePort() {
    let reading = web(
      ServiceSpec(
        type: .nodePort, clusterIPs: ["10.96.0.1"], ports: [ServicePort(name: "http", port: 80, nodePort: 70000)]))
    #expect(reading.value?.ports == [http(80)])
    #expect(reading.complaints == ["port http: nodePort 70000 is not in 1 to 65535"])
  }

  @Test("a service that wants no translation is left alone")
  func excluded() {
    let spec = ServiceSpec(clusterIPs: ["10.96.0.1"], ports: [ServicePort(name: "http", port: 80)])
    let annotation = "projectcalico.org/natExcludeService"
    #expect(web(spec, annotations: [annotation: "True"]) == Reading(nil))
    #expect(web(spec, annotations: [annotation: "false"]).value != nil)
  }

  @Test("a bad port is left out and named; the good ones stay")
  func badPorts() {
    let reading = web(
      ServiceSpec(
        clusterIPs: ["10.96.0.1"],
        ports: [
          ServicePort(name: "zero", port: 0), ServicePort(name: "huge", port: 65536),
          ServicePort(name: "odd", protocol: "QUIC", port: 443), ServicePort(port: -1),
          ServicePort(name: "dns", protocol: .udp, port: 53), ServicePort(name: "sig", protocol: .sctp, port: 3868),
        ]))
    #expect(reading.value?.ports == [dns(53), ServicePortInfo(name: "sig", proto: 132, port: 3868)])
    #expect(
      reading.complaints == [
        "port zero: 0 is not in 1 to 65535", "port huge: 65536 is not in 1 to 65535",
        "port odd: protocol \"QUIC\" is not TCP, UDP or SCTP", "port: -1 is not in 1 to 65535",
      ])
  }

  @Test("a cluster address that is none is named")
  func badAddress() {
    let reading = web(ServiceSpec(clusterIPs: ["10.96.0.999", "fd96::1"], ports: []))
    #expect(reading.value?.ipv6?.clusterIP == IPv6Address("fd96::1"))
    #expect(reading.complaints == ["clusterIP \"10.96.0.999\" is not an address, or the second of its family"])
    #expect(web(ServiceSpec(clusterIPs: ["junk"], ports: [])).value == nil)
  }
}

@Suite("Reading EndpointSlices")
struct EndpointSliceReadingTests {
  private func slice(
    _ endpoints: [Endpoint], type: EndpointAddressType = .ipv4, labels: [String: String] = ["web": ""],
    ports: [EndpointPort] = [EndpointPort(name: "http", port: 8080)]
  ) -> EndpointSlice {
    let labels = labels.keys.first.map { [EndpointSlice.serviceNameLabel: $0] } ?? [:]
    return EndpointSlice(
      metadata: ObjectMeta(name: "web-1", namespace: "default", labels: labels), addressType: type,
      endpoints: endpoints, ports: ports)
  }

  @Test("addresses, nodes and conditions")
  func conditions() {
    let reading = EndpointSliceInfo<IPv4Address>.reading(
      slice([
        Endpoint(addresses: ["10.65.2.1"], nodeName: "node1"),
        Endpoint(addresses: ["10.65.2.2"], conditions: EndpointConditions(ready: false)),
        Endpoint(
          addresses: ["10.65.2.3"], conditions: EndpointConditions(ready: false, serving: true, terminating: true)),
        Endpoint(
          addresses: ["10.65.2.4"], conditions: EndpointConditions(ready: false, serving: true, terminating: false)),
      ]))
    #expect(
      reading.value?.endpoints == [
        pod(1, on: "node1"), pod(2, on: nil, .unavailable), pod(3, on: nil, .draining), pod(4, on: nil, .unavailable),
      ])
    #expect(reading.value?.ports == [http(8080)])
    #expect(reading.complaints == [])
  }

  @Test("hints for nodes and zones")
  func hints() {
    let hints = EndpointHints(
      forZones: [EndpointHints.Target(name: "a"), EndpointHints.Target(name: "b")],
      forNodes: [EndpointHints.Target(name: "node2")])
    let reading = EndpointSliceInfo<IPv4Address>.reading(
      slice([Endpoint(addresses: ["10.65.2.1"], hints: hints, nodeName: "node2")]))
    #expect(reading.value?.endpoints == [hinted(1, nodes: ["node2"], zones: ["a", "b"])])
  }

  @Test("a slice of another family or of no service is not ours")
  func notOurs() {
    #expect(EndpointSliceInfo<IPv6Address>.reading(slice([])) == Reading(nil))
    #expect(EndpointSliceInfo<IPv4Address>.reading(slice([], type: .fqdn)) == Reading(nil))
    #expect(EndpointSliceInfo<IPv4Address>.reading(slice([], labels: [:])) == Reading(nil))
  }

  @Test("a bad endpoint or port is left out and named; the good ones stay")
  func malformed() {
    let reading = EndpointSliceInfo<IPv4Address>.reading(
      slice(
        [
          Endpoint(addresses: ["10.65.2.1"]), Endpoint(addresses: ["fd65::1"]), Endpoint(addresses: []),
          Endpoint(addresses: ["0.0.0.0"]),
        ],
        ports: [EndpointPort(name: "http", port: 8080), EndpointPort(name: "bad", port: 0), EndpointPort(name: "any")]))
    #expect(reading.value?.endpoints == [pod(1, on: nil)])
    #expect(reading.value?.ports == [http(8080)])
    #expect(
      reading.complaints == [
        "port bad: 0 is not in 1 to 65535",
        "endpoint address \"fd65::1\" is not an IPv4 address that can be sent to",
        "endpoint address \"\" is not an IPv4 address that can be sent to",
        "endpoint address \"0.0.0.0\" is not an IPv4 address that can be sent to",
      ])
  }
}
