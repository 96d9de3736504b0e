import Dataplane
import DataplaneABI
import Routing
import Testing

@Suite("Who may use a service from outside")
struct SourceRangeTests {
  @Test("the ranges are there before the frontend says that there are some")
  func order() {
    let (kernel, _) = FakeKernel.brought(to: Scene())
    var driver = kernel.driver()
    driver.turn(Scene(services: [1: [1]], clients: [1: [7]]), on: kernel, changed: [1])
    #expect(kernel.effects.filter { $0 != "write node" } == ["write src4", "write mem4", "write be4", "write fe4"])
    #expect(FakeKernel.clients(kernel.contents) == [Scene.frontend(1): [7]])
  }

  @Test("a frontend that no longer lets in everybody says so before anything else is written")
  func closes() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1]]))
    kernel.refuse(["write be4"])
    let report = driver.turn(Scene(services: [1: [1, 2]], clients: [1: [7]]), on: kernel, changed: [1])
    #expect(report.failures.map(\.subject) == ["services IPv4"])
    #expect(FakeKernel.clients(kernel.contents) == [Scene.frontend(1): [7]])
    #expect(kernel.contents.frontends4[Scene.frontend(1)]?.count == 1)
  }

  @Test("a range that is no longer named is gone although nothing else can be written")
  func narrows() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1]], clients: [1: [7, 8]]))
    kernel.refuse(["write be4"])
    driver.turn(Scene(services: [1: [1, 2]], clients: [1: [7]]), on: kernel, changed: [1])
    #expect(FakeKernel.clients(kernel.contents) == [Scene.frontend(1): [7]])
  }

  @Test("one that lets in everybody again says so before its ranges go")
  func opens() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1]], clients: [1: [7]]))
    driver.turn(Scene(services: [1: [1]]), on: kernel, changed: [1])
    #expect(kernel.effects == ["write fe4", "remove src4"])
    #expect(kernel.contents.ranges4.isEmpty)
  }

  @Test("a frontend that goes takes its ranges along, last")
  func goes() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1]], clients: [1: [7]]))
    driver.turn(Scene(), on: kernel, changed: [1])
    #expect(kernel.effects == ["remove fe4", "remove be4", "remove src4", "remove mem4"])
  }

  @Test("no range lets nobody in, and ranges that another run left behind are nobody's")
  func leftOver() {
    let kernel = FakeKernel.fresh(pods: [])
    var contents = kernel.contents
    contents.ranges4[SourceRangeKey(id: 1, address: IPv4Address(192, 0, 7, 0), length: 24)] = 1
    kernel.contents = contents
    let stray = Violations()
    kernel.afterEachEffect { contents, effect in
      if FakeKernel.clients(contents).values.contains(where: { $0 != [] }) { stray.add(effect) }
    }
    var driver = kernel.driver()
    driver.turn(Scene(services: [1: [1]], clients: [1: []]), on: kernel)
    #expect(stray.all == [])
    #expect(kernel.contents.ranges4.isEmpty)
    #expect(FakeKernel.clients(kernel.contents) == [Scene.frontend(1): []])
  }
}
