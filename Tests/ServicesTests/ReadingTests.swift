import CalicoAPI
import DataplaneABI
import Services
import Testing

@Suite("Reading Services")
struct ServiceReadingTests {
  private func web(_ spec: ServiceSpec, labels: [String: String] = [:]) -> Reading<ServiceInfo> {
    ServiceInfo.reading(
      CalicoAPI.Service(metadata: ObjectMeta(name: "web", namespace: "default", labels: labels), spec: spec))
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
            clusterIPv4: IPv4Address(10, 96, 0, 1), clusterIPv6: IPv6Address("fd96::1"), ports: [http(80)],
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
    #expect(reading.value?.clusterIPv6 == IPv6Address("fd96::1"))
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
