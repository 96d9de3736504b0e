import CalicoAPI
import Netlink
import Testing

@testable import Lab

@Suite("Kubelet: what the API is told and what is read from it")
struct PodReportTests {
  private let start = Timestamp(microseconds: 1_000_000_000)
  private let later = Timestamp(microseconds: 2_000_000_000)

  private func report(isReady: Bool, restarts: Int = 0) -> PodReport {
    var container = ContainerLifecycle(specification: ContainerSpecification(name: "web", image: "i", command: []))
    container.started(at: .zero)
    container.restarts = restarts
    container.isReady = isReady
    return PodReport(
      phase: .running, addresses: [InetAddress(10, 65, 1, 2)], isReady: isReady, containers: [.init(container)])
  }

  @Test("Addresses, phase, host and conditions are where Kubernetes has them")
  func status() {
    let status = report(isReady: true).status(after: PodStatus(), hostAddress: "10.77.0.1", now: start)
    #expect(status.podIP == "10.65.1.2")
    #expect(status.addresses == ["10.65.1.2"])
    #expect(status.hostIP == "10.77.0.1")
    #expect(status.phase == .running)
    #expect(status.conditions.isTrue("Ready"))
    #expect(status.containerStatuses.first?.state?.running?.startedAt == start)
  }

  @Test("A condition that stays keeps the time at which it began")
  func transitions() throws {
    let first = report(isReady: false).status(after: PodStatus(), hostAddress: "", now: start)
    let second = report(isReady: true).status(after: first, hostAddress: "", now: later)
    let times = Dictionary(uniqueKeysWithValues: second.conditions.map { ($0.type, $0.lastTransitionTime) })
    #expect(times["PodScheduled"] == start)
    #expect(times["Ready"] == later)
    #expect(second.startTime == start)
  }

  @Test("A container started anew says since when it runs")
  func restart() {
    let first = report(isReady: true).status(after: PodStatus(), hostAddress: "", now: start)
    let same = report(isReady: true).status(after: first, hostAddress: "", now: later)
    let restarted = report(isReady: true, restarts: 1).status(after: first, hostAddress: "", now: later)
    #expect(same.containerStatuses.first?.state?.running?.startedAt == start)
    #expect(restarted.containerStatuses.first?.state?.running?.startedAt == later)
  }

  @Test("Command and arguments are one after the other, and a probe's port may be named")
  func specification() {
    let pod = Pod(
      metadata: ObjectMeta(name: "web-1", namespace: "default", uid: "u"),
      spec: PodSpec(
        containers: [
          Container(
            name: "web", command: ["apus", "lab"], args: ["serve"], env: [EnvVar(name: "A", value: "b")],
            ports: [ContainerPort(name: "http", containerPort: 8080)],
            readinessProbe: Probe(httpGet: HTTPGetAction(path: "x", port: "http"), periodSeconds: 3))
        ], terminationGracePeriodSeconds: 5))
    let specification = PodSpecification(pod)
    #expect(specification.nodeName == nil)
    #expect(specification.graceSeconds == 5)
    #expect(specification.restartPolicy == .always)
    #expect(specification.containers[0].command == ["apus", "lab", "serve"])
    #expect(specification.containers[0].environment == ["A": "b"])
    #expect(specification.containers[0].readiness?.action == .get(port: 8080, path: "/x"))
    #expect(specification.containers[0].readiness?.period == .seconds(3))
  }

  @Test("A container is given its place without asking; its own environment wins")
  func environment() {
    let container = ContainerSpecification(name: "c", command: ["x"], environment: ["HOME": "/tmp", "X": "1"])
    let pod = PodSpecification(
      name: PodName(namespace: "default", name: "web-1"), uid: "u", nodeName: "node2", containers: [container])
    let environment = ContainerEnvironment.make(
      container, of: pod, addresses: [InetAddress(10, 65, 2, 2)], programs: "/p")
    #expect(
      environment == [
        "HOME=/tmp", "NODE_NAME=node2", "PATH=/p:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "POD_IP=10.65.2.2", "POD_IPS=10.65.2.2", "POD_NAME=web-1", "POD_NAMESPACE=default", "POD_UID=u", "X=1",
      ])
  }

  @Test("Services have the names that cluster DNS gives them; headless ones have no address to name")
  func hostsFile() {
    let text = HostsFile.text(services: [
      .init(namespace: "shop", name: "cart", addresses: ["None"]),
      .init(namespace: "default", name: "web", addresses: ["10.96.0.9", "fd96::9"]),
    ])
    #expect(
      text == """
        # Written by the lab's kubelet from the Services of the cluster.
        127.0.0.1 localhost
        ::1 localhost
        10.96.0.9 web.default.svc.cluster.local web.default.svc web.default web
        fd96::9 web.default.svc.cluster.local web.default.svc web.default web

        """)
  }

  @Test(
    "An HTTP answer is read for its status and text",
    arguments: [
      ("HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello", 200, "hello"), ("HTTP/1.0 503 x", 503, ""), ("", nil, ""),
      ("SSH-2.0-x", nil, ""), ("HTTP/1.1", nil, ""), ("HTTP/1.1 404\r\n\r\n", 404, ""),
    ] as [(String, Int?, String)])
  func answers(answer: String, status: Int?, text: String) {
    let parsed = HTTPQuestion.parse(answer)
    #expect(parsed?.status == status)
    #expect(parsed?.text ?? "" == text)
  }
}
