import Dataplane
import DataplaneABI
import Routing
import Testing

@Suite("Bringing a node's kernel to what the cluster wants")
struct DriverTests {
  private static let scene = Scene(pods: [1, 2], services: [1: [1, 2]], hasRemoteNode: true)

  @Test("a pod is connected: entry, programs, up, route, in that order")
  func connects() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    let report = driver.turn(Scene(pods: [1]), on: kernel)
    #expect(report.failures == [])
    #expect(report.readyWorkloads == ["cali1"])
    #expect(report.readyDataInterfaces == ["eth0"])
    let interesting = ["write routes4", "attach", "up", "write kernel4"]
    let order = kernel.effects.filter { interesting.contains($0) }
    // Two entries: the node's own address and the pod's. Four programs: the uplink's two, the pod's two.
    #expect(order == ["write routes4", "write routes4", "attach", "attach", "attach", "attach", "up", "write kernel4"])
    let slot = AttachmentSlot(interfaceName: "cali1", hook: .ingress)
    #expect(kernel.contents.attachments[slot]?.program == .workloadIngress)
    #expect(kernel.contents.kernelRoutes4[Scene.host(1)] == .device(interfaceIndex: 101))
    #expect(kernel.contents.routes4[Scene.host(1)]?.mac == MACAddress(1, 1, 1))
  }

  @Test("a second turn without a change does nothing")
  func idempotent() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var driver = kernel.driver()
    driver.turn(Self.scene, on: kernel)
    driver.turn(Self.scene, on: kernel)
    let done = kernel.effects.count
    driver.turn(Self.scene, on: kernel)
    #expect(kernel.effects.count == done)
  }

  @Test("a restart adopts everything: only the route generation is raised")
  func adopts() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var driver = kernel.driver()
    driver.turn(Self.scene, on: kernel)
    let before = kernel.contents
    kernel.crash(after: nil)
    var second = kernel.driver()
    second.turn(Self.scene, on: kernel)
    #expect(kernel.effects == ["write node"])
    #expect(kernel.contents.frontends4 == before.frontends4)
    #expect(kernel.contents.attachments == before.attachments)
  }

  @Test("a new version is swapped in, slot by slot; nothing is detached and no interface goes down")
  func upgrades() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var driver = kernel.driver()
    driver.turn(Self.scene, on: kernel)
    kernel.crash(after: nil)
    kernel.version.withLock { $0 = 2 }
    var second = kernel.driver()
    second.turn(Self.scene, on: kernel)
    #expect(
      kernel.effects.filter { $0 != "write node" }
        == Array(repeating: "replace", count: 6) + Array(repeating: "replace socket", count: 4))
    #expect(kernel.contents.attachments.values.allSatisfy { $0.version == 2 })
  }

  @Test("when the kernel refuses a new version the old one goes on running")
  func refusedUpgrade() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1]), on: kernel)
    kernel.version.withLock { $0 = 2 }
    kernel.refuse(["replace"])
    var second = kernel.driver()
    let report = second.turn(Scene(pods: [1]), on: kernel)
    #expect(
      report.failures.map(\.description).sorted() == [
        "interface eth0: replace is refused", "pod default/p1 (cali1): replace is refused",
      ])
    #expect(kernel.contents.interfaces["cali1"]?.isUp == true)
    #expect(kernel.contents.attachments.values.allSatisfy { $0.version == 1 })
  }

  @Test("a pod whose programs cannot be attached stays down; the others are connected")
  func attachFails() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1]), on: kernel)
    kernel.refuse(["attach"])
    let report = driver.turn(Self.scene, on: kernel)
    #expect(report.failures.map(\.description) == ["pod default/p2 (cali2): attach is refused"])
    #expect(kernel.contents.interfaces["cali1"]?.isUp == true)
    #expect(kernel.contents.interfaces["cali2"]?.isUp == false)
    kernel.refuse([])
    #expect(driver.turn(Self.scene, on: kernel).readyWorkloads == ["cali1", "cali2"])
  }

  @Test("a pod's interface that somebody set up and stripped of its programs goes down if they cannot be put back")
  func stripped() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1]), on: kernel)
    var contents = kernel.contents
    contents.attachments = [:]
    kernel.contents = contents
    kernel.refuse(["attach"])
    driver.distrust()
    driver.turn(Scene(pods: [1]), on: kernel)
    #expect(kernel.contents.interfaces["cali1"]?.isUp == false)
  }

  @Test("when it cannot be told what is attached, no pod that is connected is cut off")
  func attachmentsUnknown() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1]), on: kernel)
    kernel.refuse(["attachments"])
    var second = kernel.driver()
    let report = second.turn(Scene(pods: [1]), on: kernel)
    #expect(report.failures.map(\.description) == ["attached programs: attachments is refused"])
    #expect(kernel.contents.interfaces["cali1"]?.isUp == true)
    #expect(kernel.contents.attachments.count == 4)
  }

  @Test("a pod without its route-map entry stays down: the map is full, say")
  func mapFull() {
    let kernel = FakeKernel.fresh(pods: [1])
    kernel.refuse(["write routes4"])
    var driver = kernel.driver()
    let report = driver.turn(Scene(pods: [1]), on: kernel)
    #expect(kernel.contents.interfaces["cali1"]?.isUp == false)
    #expect(
      report.failures.map(\.description).contains(
        "pod default/p1 (cali1): its interface stays down because its route-map entry is not written"))
  }

  @Test("a pod's interface that is not there yet is awaited, and connected once it is")
  func interfaceLater() {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    #expect(driver.turn(Scene(pods: [1]), on: kernel).awaitedInterfaces == ["cali1"])
    var contents = kernel.contents
    contents.interfaces["cali1"] = Scene.pod(1)
    kernel.contents = contents
    let report = driver.turn(Scene(pods: [1]), on: kernel, changed: [])
    #expect(report.readyWorkloads == ["cali1"])
    #expect(report.failures == [])
  }

  @Test("a deleted pod leaves nothing: its interface is down before its programs go")
  func disconnects() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1]), on: kernel)
    kernel.crash(after: nil)
    driver.turn(Scene(), on: kernel)
    #expect(kernel.effects.filter { ["down", "detach"].contains($0) } == ["down", "detach", "detach"])
    #expect(kernel.contents.routes4[Scene.host(1)] == nil)
    #expect(kernel.contents.kernelRoutes4.isEmpty)
    #expect(kernel.contents.attachments.count == 2)
  }

  @Test("a pod that came back with a new interface under the old name gets new programs")
  func recreated() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1]), on: kernel)
    var contents = kernel.contents
    contents.interfaces["cali1"]?.index = 500
    contents.interfaces["cali1"]?.isUp = false
    kernel.contents = contents
    let report = driver.turn(Scene(pods: [1]), on: kernel, changed: [])
    #expect(report.readyWorkloads == ["cali1"])
    #expect(
      kernel.contents.attachments.filter { $0.key.interfaceName == "cali1" }.values.allSatisfy {
        $0.interfaceIndex == 500
      })
    #expect(!kernel.contents.counters.contains { $0.interfaceIndex == 101 })
  }

  @Test("a pod's interface that the cluster does not know of carries nothing")
  func stranger() {
    let kernel = FakeKernel.fresh(pods: [1])
    var contents = kernel.contents
    contents.interfaces["cali1"]?.isUp = true
    kernel.contents = contents
    var driver = kernel.driver()
    driver.turn(Scene(), on: kernel)
    #expect(kernel.contents.interfaces["cali1"]?.isUp == false)
    #expect(kernel.contents.interfaces["eth0"]?.isUp == true)
  }

  @Test("a stranger that cannot be set down keeps its programs")
  func stubbornStranger() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver()
    driver.turn(Scene(pods: [1], services: [1: [1]]), on: kernel)
    kernel.refuse(["down"])
    driver.turn(Scene(), on: kernel)
    #expect(kernel.contents.interfaces["cali1"]?.isUp == true)
    #expect(kernel.contents.attachments.keys.contains { $0.interfaceName == "cali1" })
    kernel.refuse([])
    driver.turn(Scene(), on: kernel)
    #expect(!kernel.contents.attachments.keys.contains { $0.interfaceName == "cali1" })
  }

  @Test("what others changed is found and repaired when everything is read back")
  func repairs() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var driver = kernel.driver()
    driver.turn(Self.scene, on: kernel)
    let good = kernel.contents
    var contents = good
    contents.kernelRoutes4 = [RouteKey(host: IPv4Address(1, 2, 3, 4)): .blackhole]
    contents.routes4[Scene.host(1)] = nil
    contents.backends4 = [BackendKey(id: 77, ordinal: 0): Scene.backend(9)]
    contents.members4 = [MemberKey(id: 77, address: Scene.backend(9).address, port: BigEndian16(1)): .serving]
    contents.parameters["net/ipv4/ip_forward"] = "0"
    kernel.contents = contents
    driver.distrust()
    let report = driver.turn(Self.scene, on: kernel, changed: [])
    #expect(report.failures == [])
    #expect(kernel.contents.kernelRoutes4 == good.kernelRoutes4)
    #expect(kernel.contents.routes4 == good.routes4)
    #expect(kernel.contents.backends4 == good.backends4)
    #expect(kernel.contents.members4 == good.members4)
    #expect(kernel.contents.parameters == good.parameters)
  }

  @Test("one service's change writes its entries and no others")
  func leastChange() {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    var scene = Scene(services: Dictionary(uniqueKeysWithValues: (1...50).map { ($0, [1, 2]) }))
    driver.turn(scene, on: kernel)
    kernel.crash(after: nil)
    scene.services[7] = [1, 2, 3]
    driver.turn(scene, on: kernel, changed: [7])
    #expect(kernel.effects == ["write mem4", "write be4", "write fe4"])
    kernel.crash(after: nil)
    scene.services[7] = [1]
    driver.turn(scene, on: kernel, changed: [7])
    #expect(kernel.effects == ["write fe4", "remove be4", "remove be4", "remove mem4", "remove mem4"])
    kernel.crash(after: nil)
    scene.services[7] = nil
    driver.turn(scene, on: kernel, changed: [7])
    #expect(kernel.effects == ["remove fe4", "remove be4", "remove mem4"])
  }

  @Test("reverse-path filters of others stay as strict as they were")
  func reversePathFilters() {
    let kernel = FakeKernel.fresh(pods: [])
    var contents = kernel.contents
    contents.interfaces["mgmt0"] = InterfaceState(name: "mgmt0", index: 9, isUp: true)
    contents.parameters["net/ipv4/conf/all/rp_filter"] = "1"
    kernel.contents = contents
    var driver = kernel.driver()
    driver.turn(Scene(), on: kernel)
    #expect(kernel.contents.parameters["net/ipv4/conf/all/rp_filter"] == "0")
    #expect(kernel.contents.parameters["net/ipv4/conf/mgmt0/rp_filter"] == "1")
    #expect(kernel.contents.parameters["net/ipv4/conf/default/rp_filter"] == "1")
  }
}
