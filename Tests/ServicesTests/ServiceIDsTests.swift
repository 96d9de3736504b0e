import DataplaneABI
import Services
import Testing

@Suite("Service ids")
struct ServiceIDsTests {
  private let none: [BackendKey] = []

  @Test("a frontend keeps its id, and the first one is 1")
  func stable() {
    var ids = ServiceIDs<IPv4Address>(backends: none)
    #expect(ids.id(of: frontend(1)) == 1)
    #expect(ids.id(of: frontend(2)) == 2)
    #expect(ids.id(of: frontend(1)) == 1)
  }

  @Test("ids in the maps are adopted")
  func adopted() {
    var ids = ServiceIDs(
      frontends: [frontend(1): Frontend(id: 40, count: 1), frontend(2): Frontend(id: 7, count: 0)],
      backends: [BackendKey(id: 40, ordinal: 0)])
    #expect(ids.id(of: frontend(1)) == 40)
    #expect(ids.id(of: frontend(2)) == 7)
    #expect(ids.id(of: frontend(3)) == 41)
  }

  @Test("an id whose backends are left over is not given out")
  func leftOvers() {
    var ids = ServiceIDs<IPv4Address>(frontends: [:], backends: [BackendKey(id: 9, ordinal: 3)])
    #expect(ids.id(of: frontend(1)) == 10)
  }

  @Test("an id that only a left-over source range has is not given out")
  func leftOverRanges() {
    var ids = ServiceIDs<IPv4Address>(frontends: [:], backends: none, others: [4])
    #expect(ids.id(of: frontend(1)) == 5)
  }

  @Test("a retired id rests until its backends are gone, even if its frontend comes back")
  func retired() {
    var ids = ServiceIDs<IPv4Address>(
      frontends: [frontend(1): Frontend(id: .max, count: 0), frontend(2): Frontend(id: 1, count: 0)], backends: none)
    ids.retire(frontend(2))
    #expect(ids.id(of: frontend(3)) == 2)
    ids.retire(frontend(1))
    #expect(ids.id(of: frontend(1)) == 3)
    ids.released([1, .max])
    #expect(ids.id(of: frontend(4)) == 4)
  }

  @Test("numbers wrap around past those in use, and 0 is never one")
  func wraps() {
    var ids = ServiceIDs<IPv4Address>(
      frontends: [frontend(1): Frontend(id: .max, count: 0), frontend(2): Frontend(id: 1, count: 0)], backends: none)
    #expect(ids.id(of: frontend(3)) == 2)
  }

  @Test("two frontends with one id in the maps get two")
  func duplicate() {
    var ids = ServiceIDs<IPv4Address>(
      frontends: [frontend(2): Frontend(id: 5, count: 0), frontend(1): Frontend(id: 5, count: 0)], backends: none)
    #expect(ids.id(of: frontend(1)) == 5)
    #expect(ids.id(of: frontend(2)) == 6)
  }

  @Test("a frontend with id 0 in the maps gets a proper one")
  func zero() {
    var ids = ServiceIDs<IPv4Address>(frontends: [frontend(1): Frontend(id: 0, count: 1)], backends: none)
    #expect(ids.id(of: frontend(1)) == 1)
  }

  @Test("releasing an id that a frontend has keeps it in use")
  func releasedInUse() {
    var ids = ServiceIDs<IPv4Address>(frontends: [frontend(1): Frontend(id: .max, count: 0)], backends: none)
    ids.released([.max])
    #expect(ids.id(of: frontend(2)) == 1)
    #expect(ids.id(of: frontend(1)) == .max)
  }
}
