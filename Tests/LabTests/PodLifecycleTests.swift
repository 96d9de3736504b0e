import Netlink
import Testing

@testable import Lab

@Suite("Kubelet: a pod from its binding to its end")
struct PodLifecycleTests {
  private let addresses = [InetAddress(10, 65, 1, 2)]

  private func pod(
    policy: RestartPolicy = .always, readiness: ReadinessProbe? = nil, containers: [String] = ["web"]
  ) -> PodLifecycle {
    PodLifecycle(
      specification: PodSpecification(
        name: PodName(namespace: "default", name: "web-1"), uid: "u", nodeName: "node1", restartPolicy: policy,
        containers: containers.map { ContainerSpecification(name: $0, command: ["true"], readiness: readiness) }))
  }

  /// Actions but reports; reports are looked at through `report`.
  private func deeds(_ actions: [PodLifecycle.Action]) -> [PodLifecycle.Action] {
    actions.filter { if case .report = $0 { false } else { true } }
  }

  private func running(_ lifecycle: PodLifecycle? = nil) -> PodLifecycle {
    var lifecycle = lifecycle ?? pod()
    _ = lifecycle.handle(.assigned, at: .zero)
    _ = lifecycle.handle(.sandboxMade(addresses: addresses), at: .zero)
    _ = lifecycle.handle(.networkOpened, at: .zero)
    for container in lifecycle.containers {
      _ = lifecycle.handle(.started(container: container.specification.name), at: .zero)
    }
    return lifecycle
  }

  @Test("First the sandbox, then its addresses are told, and nothing runs before the agent opened the interface")
  func failsClosed() {
    var pod = pod()
    #expect(deeds(pod.handle(.assigned, at: .zero)) == [.makeSandbox])
    let actions = pod.handle(.sandboxMade(addresses: addresses), at: .zero)
    #expect(deeds(actions).isEmpty)
    #expect(actions.contains(.report(pod.report)))
    #expect(pod.report.addresses == addresses)
    #expect(pod.report.phase == .pending)
    #expect(pod.report.message?.hasPrefix("waits for the node's agent to open cali") == true)
    #expect(deeds(pod.handle(.clock, at: .seconds(60))).isEmpty)
    #expect(deeds(pod.handle(.networkOpened, at: .seconds(61))) == [.start(container: "web")])
  }

  @Test("A container without a probe is ready as soon as it runs")
  func readyWithoutProbe() {
    let pod = running()
    #expect(pod.report.isReady)
    #expect(pod.report.phase == .running)
    #expect(pod.report.message == nil)
  }

  @Test("The same state is reported once")
  func reportsChangesOnly() {
    var pod = running()
    #expect(pod.handle(.clock, at: .seconds(1)).isEmpty)
  }

  @Test("A container with a probe is ready when the probe says so, and not any more after three failures")
  func probe() {
    let probe = ReadinessProbe(action: .connect(port: 80), period: .seconds(1))
    var pod = running(pod(readiness: probe))
    #expect(!pod.report.isReady)
    #expect(pod.nextWake == nil, "the first probe is under way")
    _ = pod.handle(.probed(container: "web", succeeded: false), at: .seconds(1))
    #expect(pod.nextWake == .milliseconds(1_100))
    #expect(deeds(pod.handle(.clock, at: .milliseconds(1_100))) == [.probe(container: "web")])
    _ = pod.handle(.probed(container: "web", succeeded: true), at: .seconds(2))
    #expect(pod.report.isReady)
    for second in 3...4 {
      _ = pod.handle(.probed(container: "web", succeeded: false), at: .seconds(second))
      #expect(pod.report.isReady)
    }
    _ = pod.handle(.probed(container: "web", succeeded: false), at: .seconds(5))
    #expect(!pod.report.isReady)
  }

  @Test("A sandbox that fails is tried again, and the reason is told")
  func sandboxFailure() {
    var pod = pod()
    _ = pod.handle(.assigned, at: .zero)
    _ = pod.handle(.sandboxFailed(reason: "no free address"), at: .zero)
    #expect(pod.report.message == "no free address")
    #expect(pod.nextWake == .seconds(1))
    #expect(deeds(pod.handle(.clock, at: .milliseconds(999))).isEmpty)
    #expect(deeds(pod.handle(.clock, at: .seconds(1))) == [.makeSandbox])
  }

  @Test("A container that ends is started again, later each time; a long run makes up for it")
  func backOff() {
    var pod = running()
    var waits: [Duration] = []
    var now = Duration.seconds(1)
    for _ in 0..<4 {
      _ = pod.handle(.ended(container: "web", code: 1, reason: nil), at: now)
      let wake = pod.nextWake ?? .zero
      waits.append(wake - now)
      now = wake
      #expect(deeds(pod.handle(.clock, at: now)) == [.start(container: "web")])
      _ = pod.handle(.started(container: "web"), at: now)
    }
    #expect(waits == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
    #expect(pod.report.containers[0].restarts == 4)
    now += .seconds(120)
    _ = pod.handle(.ended(container: "web", code: 1, reason: nil), at: now)
    #expect(pod.nextWake == now + .milliseconds(500))
    #expect(!pod.report.isReady)
  }

  @Test(
    "Whether it starts again is up to the restart policy",
    arguments: [
      (RestartPolicy.always, Int32(0), true), (.always, 1, true), (.onFailure, 0, false), (.onFailure, 1, true),
      (.never, 0, false), (.never, 1, false),
    ])
  func restartPolicy(policy: RestartPolicy, code: Int32, startsAgain: Bool) {
    var pod = running(pod(policy: policy))
    _ = pod.handle(.ended(container: "web", code: code, reason: nil), at: .seconds(1))
    #expect((pod.nextWake != nil) == startsAgain)
    if !startsAgain { #expect(pod.report.phase == (code == 0 ? .succeeded : .failed)) }
  }

  @Test("Deleted: SIGTERM, then the sandbox goes once the last process has ended, then the API is told")
  func gracefulEnd() {
    var pod = running(pod(containers: ["a", "b"]))
    #expect(pod.handle(.deletionRequested(graceSeconds: 30), at: .seconds(5)) == [.askToEnd])
    #expect(pod.handle(.ended(container: "a", code: 0, reason: nil), at: .seconds(6)).isEmpty)
    #expect(pod.handle(.ended(container: "b", code: 143, reason: nil), at: .seconds(7)) == [.removeSandbox])
    #expect(pod.handle(.sandboxRemoved, at: .seconds(8)) == [.confirmDeletion])
    #expect(pod.isGone)
    #expect(pod.handle(.clock, at: .seconds(60)).isEmpty)
  }

  @Test("What does not heed SIGTERM is killed after the grace period, once")
  func forcedEnd() {
    var pod = running()
    _ = pod.handle(.deletionRequested(graceSeconds: 2), at: .seconds(5))
    #expect(pod.nextWake == .seconds(7))
    #expect(pod.handle(.clock, at: .seconds(7)) == [.kill])
    #expect(pod.nextWake == nil)
    #expect(pod.handle(.ended(container: "web", code: 137, reason: nil), at: .seconds(7)) == [.removeSandbox])
  }

  @Test("A second request for deletion may only shorten the wait")
  func impatientEnd() {
    var pod = running()
    _ = pod.handle(.deletionRequested(graceSeconds: 30), at: .zero)
    #expect(pod.handle(.deletionRequested(graceSeconds: 60), at: .seconds(1)).isEmpty)
    #expect(pod.nextWake == .seconds(30))
    _ = pod.handle(.deletionRequested(graceSeconds: 0), at: .seconds(2))
    #expect(pod.nextWake == .seconds(2))
  }

  @Test(
    "A pod deleted before anything ran goes at once, and is not begun again",
    arguments: [
      PodLifecycle.Event.assigned, .sandboxMade(addresses: []), .sandboxFailed(reason: "x"),
    ])
  func endBeforeStart(last: PodLifecycle.Event) {
    var pod = pod()
    _ = pod.handle(.assigned, at: .zero)
    _ = pod.handle(last, at: .zero)
    #expect(pod.handle(.deletionRequested(graceSeconds: 30), at: .zero) == [.removeSandbox])
    #expect(pod.handle(.networkOpened, at: .zero).isEmpty)
    #expect(pod.handle(.clock, at: .seconds(60)).isEmpty)
  }

  @Test("A process whose start crossed the deletion gets its SIGTERM too")
  func startCrossesDeletion() {
    var pod = pod()
    _ = pod.handle(.assigned, at: .zero)
    _ = pod.handle(.sandboxMade(addresses: addresses), at: .zero)
    _ = pod.handle(.networkOpened, at: .zero)
    #expect(pod.handle(.deletionRequested(graceSeconds: 30), at: .zero) == [.askToEnd])
    #expect(pod.handle(.started(container: "web"), at: .zero) == [.askToEnd])
  }

  @Test("A new kubelet adopts what runs, and starts only what does not")
  func adoption() {
    var pod = pod(containers: ["a", "b"])
    let containers = ["a": ContainerMemory(isRunning: true, restarts: 2), "b": ContainerMemory(isRunning: false)]
    #expect(deeds(pod.handle(.adopted(addresses: addresses, containers: containers), at: .zero)).isEmpty)
    #expect(pod.report.containers.map(\.isReady) == [true, false])
    #expect(pod.report.containers.map(\.restarts) == [2, 0])
    #expect(deeds(pod.handle(.networkOpened, at: .zero)) == [.start(container: "b")])
  }

  @Test("An adopted container that was ready stays ready until its probe says otherwise")
  func adoptedReadiness() {
    var pod = pod(readiness: ReadinessProbe(action: .connect(port: 80)))
    let containers = ["web": ContainerMemory(isRunning: true, isReady: true)]
    _ = pod.handle(.adopted(addresses: addresses, containers: containers), at: .zero)
    _ = pod.handle(.networkOpened, at: .zero)
    #expect(pod.report.isReady)
    #expect(deeds(pod.handle(.clock, at: .zero)) == [.probe(container: "web")])
    for second in 1...3 { _ = pod.handle(.probed(container: "web", succeeded: false), at: .seconds(second)) }
    #expect(!pod.report.isReady)
  }
}
