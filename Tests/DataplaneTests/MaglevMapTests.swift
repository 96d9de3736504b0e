import Dataplane
import DataplaneABI
import Testing

@Suite("The order in which Maglev tables are written")
struct MaglevMapTests {
  private static func steps(_ kernel: FakeKernel) -> [String] {
    kernel.effects.filter { $0 != "write node" }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  @Test("a table is whole before the frontend says that it has one")
  func whole() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1, 2]]))
    driver.turn(Scene(services: [1: [1, 2]], slots: [1: 7]), on: kernel, changed: [1])
    #expect(Self.steps(kernel) == ["write mgl4", "write fe4"])
    #expect(Set(FakeKernel.slots(kernel.contents)[Scene.frontend(1)] ?? []) == [Scene.backend(1), Scene.backend(2)])
  }

  @Test("a frontend that has none any more says so before its slots go, and these make room for others")
  func makesRoom() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1], 2: [2]], slots: [1: 7]))
    driver.turn(Scene(services: [1: [1], 2: [2]], slots: [2: 5]), on: kernel, changed: [1, 2])
    #expect(Self.steps(kernel) == ["write fe4", "remove mgl4", "write mgl4", "write fe4"])
    #expect(kernel.contents.maglev4.count == 5)
  }

  @Test("another size: larger before, smaller after the frontend says so")
  func size() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1]], slots: [1: 5]))
    driver.turn(Scene(services: [1: [1]], slots: [1: 7]), on: kernel, changed: [1])
    #expect(Self.steps(kernel) == ["write mgl4", "write fe4"])
    kernel.crash(after: nil)
    driver.turn(Scene(services: [1: [1]], slots: [1: 3]), on: kernel, changed: [1])
    #expect(Self.steps(kernel) == ["write fe4", "remove mgl4"])
    #expect(kernel.contents.maglev4.count == 3)
  }

  @Test("a frontend that goes takes its table along, and its id rests until that is gone")
  func goes() {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1]], slots: [1: 5]))
    kernel.refuse(["remove mgl4"])
    driver.turn(Scene(services: [2: [1]]), on: kernel, changed: [1, 2])
    kernel.refuse([])
    driver.turn(Scene(services: [2: [1]]), on: kernel, changed: [])
    #expect(kernel.contents.maglev4.isEmpty)
    #expect(kernel.contents.frontends4[Scene.frontend(2)]?.id != 1)
  }

  @Test("only slots that change hands are written")
  func least() throws {
    var (kernel, driver) = FakeKernel.brought(to: Scene(services: [1: [1, 2, 3]], slots: [1: 101]))
    let before = try #require(FakeKernel.slots(kernel.contents)[Scene.frontend(1)])
    driver.turn(Scene(services: [1: [1, 2]], slots: [1: 101]), on: kernel, changed: [1])
    let after = try #require(FakeKernel.slots(kernel.contents)[Scene.frontend(1)])
    #expect(kernel.effects.count { $0 == "write mgl4" } == zip(before, after).count { $0 != $1 })
  }
}
