import DataplaneABI
import KernelRuntime
import Testing

@Suite("Whether a conntrack table may have given up an entry")
struct RoomTests {
  private let second: UInt64 = 1_000_000_000
  private let places: UInt32 = 100_000

  private func room(_ world: World) -> ConntrackRoom {
    world.map(MapName.room).get(UInt32(world.family == .v4 ? 0 : 1), as: ConntrackRoom.self) ?? ConntrackRoom()
  }

  /// Opens a flow to the service, and tells whether the connections that are kept were looked at.
  private func looksAtKept(_ world: World, port: UInt16 = 41_000) -> Bool {
    let opening = world.fromPod(1, world.frame(from: .pod(1), port, to: .service(10), 80, .syn))
    #expect(opening.verdict == .redirect)
    return world.kernel.calls.contains(.lookup(world.family == .v4 ? MapName.established4 : MapName.established6))
  }

  /// A connection to a service, and two sweeps after it.
  private func counted(_ family: FamilyName, places: UInt32) -> World {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    for _ in 0..<2 { _ = world.sweep(places: places) }
    return world
  }

  @Test(
    "a new flow looks for connections that were given up only where there may be some", arguments: FamilyName.allCases)
  func spared(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    #expect(looksAtKept(world, port: 41_000))
    // One sweep counts, the next one knows that there was room since.
    _ = world.sweep(places: places)
    #expect(looksAtKept(world, port: 41_001))
    _ = world.sweep(places: places)
    #expect(!looksAtKept(world, port: 41_002))
  }

  @Test("a sweep that is not told how large the tables are says nothing", arguments: FamilyName.allCases)
  func unknown(_ family: FamilyName) {
    let world = counted(family, places: 0)
    #expect(room(world).isCounted == 0)
    #expect(looksAtKept(world))
  }

  @Test("more new entries than there was room for end it", arguments: FamilyName.allCases)
  func used(_ family: FamilyName) {
    // Of the connection there are two entries; what is taken at once is 64.
    let world = counted(family, places: 2 + 2 * ConntrackRoom.batch)
    #expect(room(world).isComplete == 1)
    let opened = (0..<100).prefix { !looksAtKept(world, port: 42_000 + UInt16($0)) }.count
    // Each flow makes two entries. Up to a batch was taken before.
    #expect((64...96).contains(opened))
    #expect(room(world).isComplete == 0)
    #expect(room(world).left < 0)
  }

  @Test("what is open when a sweep begins and what opens while it runs counts", arguments: FamilyName.allCases)
  func counts(_ family: FamilyName) {
    let world = counted(family, places: places)
    let before = room(world).left
    for port: UInt16 in 0..<640 { _ = looksAtKept(world, port: 43_000 + port) }
    #expect(room(world).left == before - 1280)
    _ = world.sweep(places: places)
    #expect(room(world).left == Int64(places) - 1282)
    #expect(room(world).isComplete == 1)
  }

  @Test(
    "after a full table it takes until each kept connection has its entry again", arguments: FamilyName.allCases)
  func recovers(_ family: FamilyName) {
    let world = counted(family, places: 2 + ConntrackRoom.batch)
    for port: UInt16 in 0..<100 { _ = looksAtKept(world, port: 44_000 + port) }
    let there = world.frame(from: .pod(1), to: .service(10), .ack)
    let back = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack)
    for frame in [there, back] { world.evict(frame) }
    for _ in 0..<10 { _ = world.sweep(places: places) }
    #expect(room(world).isComplete == 0)
    #expect(looksAtKept(world))
    #expect(world.fromPod(1, there).verdict == .redirect)
    #expect(world.fromPod(2, back).verdict == .redirect)
    _ = world.sweep(places: places)
    #expect(!looksAtKept(world, port: 45_000))
  }

  @Test("a sweep that began without room proves nothing", arguments: FamilyName.allCases)
  func tooLate(_ family: FamilyName) {
    let world = counted(family, places: 2 + ConntrackRoom.batch)
    for port: UInt16 in 0..<100 { _ = looksAtKept(world, port: 44_000 + port) }
    _ = world.sweep(places: places)
    #expect(room(world).isComplete == 0)
    _ = world.sweep(places: places)
    #expect(room(world).isComplete == 1)
  }

  @Test("an entry that is missing all the same is noticed", arguments: FamilyName.allCases)
  func missing(_ family: FamilyName) {
    let world = counted(family, places: places)
    world.evict(world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack))
    for _ in 0..<8 { _ = world.sweep(places: places) }
    #expect(room(world).isComplete == 0)
    #expect(looksAtKept(world))
  }

  @Test("nobody counts while the tables are resized", arguments: FamilyName.allCases)
  func resizing(_ family: FamilyName) {
    let world = counted(family, places: places)
    world.kernel.isResizing = true
    #expect(looksAtKept(world, port: 41_000))
    #expect(room(world).isCounted == 0)
    for _ in 0..<3 { _ = world.sweep(places: places) }
    #expect(room(world).isCounted == 0)
    world.kernel.isResizing = false
    #expect(looksAtKept(world, port: 41_001))
    for _ in 0..<2 { _ = world.sweep(places: places) }
    #expect(!looksAtKept(world, port: 41_002))
  }

  @Test("a table of 512,000 has room for most of that, one of a few hundred for none")
  func sizes() {
    #expect(ConntrackRoom.places(capacity: 512_000, possibleCPUs: 2) == 512_000 - 32_000 - 768)
    #expect(ConntrackRoom.places(capacity: 512, possibleCPUs: 2) == 0)
    #expect(
      SweepRequest(servicesChanged: true, places: ConntrackRoom.places(capacity: .max, possibleCPUs: 1)).places
        == 0x7fff_ffff)
  }
}
