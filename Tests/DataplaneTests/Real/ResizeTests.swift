import DataplaneABI
import EBPF
import Glibc
import Testing

@testable import Dataplane

@Suite("The tables of flows get another size", .serialized, .enabled(if: RealNode.canRun, "needs root"))
struct ResizeTests {
  @Test(
    "flows go on without a lost packet, and idle ones afterwards, while the tables grow and shrink",
    arguments: [TrafficControl.Mechanism.automatic, .clsact])
  func underTraffic(_ mechanism: TrafficControl.Mechanism) throws {
    let scene = try Commotion(mechanism)
    var kept: UInt32 = 1024
    for entries: UInt32 in [4096, 2048] {
      #expect(scene.traffic.goesOn(for: 20))
      let old = try scene.node.conntrackTables()
      let report = try #require(try scene.node.kernel.resizeConntrack(to: entries))
      kept = max(kept, entries)
      #expect(report.entries == entries)
      #expect(report.refused == 0)
      // Each translated flow has two entries.
      #expect(report.moved >= 24)
      #expect(try scene.node.sizes() == FlowNode.sizes(entries, kept: kept))
      if mechanism == .automatic {
        #expect(try scene.node.mapsInUse().isDisjoint(with: old))
        #expect(try scene.node.mapsInUse().isSuperset(of: scene.node.conntrackTables()))
      }
      #expect(scene.traffic.goesOn(for: 20))
      try scene.open()
      try scene.node.turn()
      #expect(try scene.node.kernel.sweep(servicesChanged: true).cleaned == 0)
    }
    // Nothing to do is not begun.
    #expect(try scene.node.kernel.resizeConntrack(to: 2048) { Issue.record("begun") } == nil)
    try scene.check()
  }

  /// What the process does next when its last step was the step of that number: each is in another part of the work.
  private static let steps = [
    7: "some hooks look into both tables", 12: "one pair of names is exchanged",
    16: "some hooks make entries in the new tables", 21: "half of the flows are moved",
    26: "some hooks know the new tables only", 31: "the old table's name is free",
  ]

  @Test("whatever step is a process's last, the next one, or the same, finishes the work; flows go on all the while")
  func crashes() throws {
    let scene = try Commotion()
    var entries: UInt32 = 1000
    for (number, step) in Self.steps.keys.sorted().enumerated() {
      let comment = Comment(rawValue: "after step \(step), when \(Self.steps[step] ?? "")")
      let last = LastEffect(after: step)
      #expect(throws: FakeKernel.Crash.self, comment) {
        try scene.node.kernel.resizeConntrack(to: entries, effect: last.spend)
      }
      #expect(scene.traffic.goesOn(for: 5), comment)
      try scene.open()
      if number.isMultiple(of: 2) {
        try scene.node.restart()
      } else {
        // Its sweep does not look everywhere.
        #expect(throws: DataplaneFailure.self, comment) { try scene.node.kernel.sweep(servicesChanged: false) }
      }
      #expect(try scene.node.kernel.resizeConntrack(to: entries) != nil, comment)
      #expect(try scene.node.sizes() == FlowNode.sizes(entries, kept: 1024), comment)
      #expect(try scene.node.kernel.sweep(servicesChanged: true).cleaned == 0, comment)
      #expect(scene.traffic.goesOn(for: 5), comment)
      entries = 1900 - entries
    }
    try scene.check()
  }

  @Test("a size that there is no memory for changes nothing, and that is said in a sentence")
  func noMemory() throws {
    let scene = try Commotion()
    let failure = #expect(throws: DataplaneFailure.self) {
      try scene.node.kernel.resizeConntrack(to: 4_000_000_000)
    }
    #expect(failure?.description.contains("MiB are free") == true, "\(String(describing: failure))")
    #expect(try scene.node.sizes() == FlowNode.sizes(1024, kept: 1024))
    #expect(try scene.node.kernel.sweep(servicesChanged: true).cleaned == 0)
    try scene.check()
  }

  @Test("a hook with a program of another version: nothing changes, and it is named")
  func otherVersion() throws {
    let node = try FlowNode()
    let slot = AttachmentSlot(interfaceName: "cali1", hook: .ingress)
    var code = Assembler()
    code.move(.r0, -1)
    code.exit()
    let other = try code.program("other", type: .schedulerClassifier).load()
    let path = node.node.folder.link(slot)
    guard let link = try Link.openPinned(path) else { throw Missing() }
    try link.update(other)
    let failure = #expect(throws: DataplaneFailure.self) { try node.kernel.resizeConntrack(to: 2000) }
    #expect(
      failure?.description == "program at cali1_ingress: it is of another version, and may not find all flows")
    #expect(try !node.node.folder.isResizing())
    #expect(try node.sizes() == FlowNode.sizes(1024, kept: 1024))
    #expect(try node.kernel.sweep(servicesChanged: true).cleaned == 0)
  }

  @Test("a hook that cannot be read: nothing changes, and it is named; once its interface has gone it counts no more")
  func unreadableHook() throws {
    let node = try FlowNode()
    let path = node.node.folder.link(AttachmentSlot(interfaceName: "cali1", hook: .ingress))
    try Map.unpin(path)
    // A map where the link's pin was.
    try Map.create(MapSpec(name: "x", type: .array, key: UInt32.self, value: UInt32.self, maxEntries: 1)).pin(path)
    let failure = #expect(throws: DataplaneFailure.self) { try node.kernel.resizeConntrack(to: 2000) }
    #expect(failure?.subject == "program at cali1_ingress", "\(String(describing: failure))")
    #expect(try !node.node.folder.isResizing())
    #expect(try node.sizes() == FlowNode.sizes(1024, kept: 1024))
    #expect(try node.kernel.sweep(servicesChanged: true).cleaned == 0)
    try node.node.removePod(1)
    #expect(try node.kernel.resizeConntrack(to: 2000) != nil)
    #expect(try node.sizes() == FlowNode.sizes(2000, kept: 2000))
  }

  @Test("entries that come into the old table late move; if they never end, nothing is lost, and the next ends")
  func lateEntries() throws {
    let node = try FlowNode()
    let late = LateEntries(node.node.folder, oldSize: 1024, times: 10)
    let report = try #require(try node.kernel.resizeConntrack(to: 4096, effect: late.add))
    #expect(late.added == 10 && report.moved >= 10)
    #expect(try late.areIn(MapName.conntrack4))
    let endless = LateEntries(node.node.folder, oldSize: 4096, times: .max)
    #expect(throws: DataplaneFailure.self) { try node.kernel.resizeConntrack(to: 2048, effect: endless.add) }
    #expect(endless.added > 32)
    #expect(try node.node.folder.isResizing())
    #expect(try node.kernel.resizeConntrack(to: 2048) != nil)
    #expect(try endless.areIn(MapName.conntrack4))
    #expect(try node.sizes() == FlowNode.sizes(2048, kept: 4096))
  }

  @Test("cleaning up in the midst of it leaves no program and no pin")
  func cleansUp() throws {
    let node = try FlowNode()
    _ = try? node.kernel.resizeConntrack(to: 1000, effect: LastEffect(after: 16).spend)
    #expect(try node.node.folder.isResizing())
    let outcome = try DataplaneCleanup(folder: node.node.folder, in: node.node.namespace).run()
    #expect(outcome.failures == [])
    #expect(outcome.programs == 7)
    #expect(try node.node.folder.names(in: node.node.folder.maps) == [])
  }
}

/// A node with flows of every kind, some busy, some idle, of which none may lose a packet.
private final class Commotion {
  let node: FlowNode
  let traffic: FlowTraffic
  private let listeners: Listeners
  private let first: PodFlow
  private var idle: [PodFlow]
  private let busy: [PodFlow]
  private var flows: UInt64
  private let midFlow: UInt64
  private let drops: UInt64

  init(_ mechanism: TrafficControl.Mechanism = .automatic) throws {
    node = try FlowNode(mechanism)
    let listeners = try Listeners(node.node)
    self.listeners = listeners
    // An interface that has just come up may lose packets; TCP sends them again.
    first = try PodFlow.open(FlowKind(isIPv6: false, isTCP: true, throughService: false), listeners)
    idle = try FlowKind.all.map { try PodFlow.open($0, listeners) }
    busy = try FlowKind.all.map { try PodFlow.open($0, listeners) }
    (flows, midFlow, drops) = (try node.counted(.newFlow), try node.counted(.midFlow), try node.drops())
    traffic = FlowTraffic(busy)
    traffic.start()
  }

  /// Opens one more of each kind.
  func open() throws {
    for kind in FlowKind.all { idle.append(try PodFlow.open(kind, listeners)) }
    flows += UInt64(FlowKind.all.count)
  }

  /// Ends the traffic. A packet whose flow was missing would have begun another, or gone past the programs.
  func check() throws {
    #expect(traffic.stop() == nil)
    for flow in idle { try flow.exchange(1..<9) }
    for flow in idle + busy { #expect(flow.repeats() == 0, "\(flow.kind)") }
    #expect(try node.counted(.newFlow) == flows)
    #expect(try node.counted(.midFlow) == midFlow)
    #expect(try node.drops() == drops)
  }
}

/// A program that nobody knows of, and that makes entries in the old table while its flows are moved.
private final class LateEntries {
  private let folder: PinFolder
  private let oldSize: Int
  private let times: UInt16
  private(set) var added: UInt16 = 0

  init(_ folder: PinFolder, oldSize: Int, times: UInt16) {
    self.folder = folder
    self.oldSize = oldSize
    self.times = times
  }

  /// One more, from the moment that the names are exchanged on.
  func add() throws {
    guard added < times, let old = try Map.openPinned(folder.map(MapName.otherConntrack4)),
      old.info.maxEntries == oldSize
    else { return }
    added += 1
    let leg = ConntrackLeg(flags: [], arrivalInterface: 0, generation: 0)
    try old.typed(ConntrackKey<IPv4Address>.self, ConntrackValue<IPv4Address>.self).update(
      key(added), ConntrackValue(created: .max / 2, aToB: leg, bToA: leg, translation: .none))
  }

  private func key(_ number: UInt16) -> ConntrackKey<IPv4Address> {
    ConntrackKey(
      proto: IPProtocolNumber.udp, source: IPv4Address(10, 65, 9, 9), sourcePort: BigEndian16(number),
      destination: IPv4Address(10, 65, 9, 8), destinationPort: BigEndian16(9))
  }

  /// Whether all that were added are in the pinned table of that name.
  func areIn(_ name: String) throws -> Bool {
    guard let map = try Map.openPinned(folder.map(name)) else { throw Missing() }
    let table = try map.typed(ConntrackKey<IPv4Address>.self, ConntrackValue<IPv4Address>.self)
    return try (1...added).allSatisfy { try table.lookUp(key($0)) != nil }
  }
}
