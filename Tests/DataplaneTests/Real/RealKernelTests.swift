import DataplaneABI
import EBPF
import Glibc
import Testing

@testable import Dataplane

@Suite("A node with the real kernel", .serialized, .enabled(if: RealNode.canRun, "needs root"))
struct RealKernelTests {
  private static let scene = Scene(pods: [1, 2], services: [1: [2]], hasRemoteNode: true)

  @Test("a pod calls a service, and its backend sees the pod's own address")
  func connects() throws {
    let node = try RealNode(pods: [1, 2])
    let kernel = try node.start(loadsAll: true)
    var driver = try kernel.driver()
    let report = try driver.turn(Self.scene, in: kernel)
    #expect(report.failures == [])
    #expect(report.readyWorkloads == ["cali1", "cali2"])
    let server = try PodSocket.listening(in: node.pod(2))
    let (client, accepted) = try node.call(from: 1, service: 1, server: server)
    #expect(try client.peer() == "10.96.0.1")
    #expect(try accepted.peer() == "10.65.1.1")
    #expect(
      try node.routes() == [
        "10.65.1.1/32 dev \(index("cali1", kernel))", "10.65.1.2/32 dev \(index("cali2", kernel))",
        "10.65.2.0/24 via 10.77.0.2 dev \(index("eth0", kernel))",
      ])
  }

  @Test("the host calls a service: its backend is a pod, or the host itself", arguments: [1, 0] as [UInt8])
  func hostCalls(backend: UInt8) throws {
    let node = try RealNode(pods: [1])
    let kernel = try node.start()
    var driver = try kernel.driver()
    #expect(try driver.turn(Scene(pods: [1], services: [1: [backend]]), in: kernel).failures == [])
    try node.routeServices()
    let server = try PodSocket.listening(in: backend == 0 ? node.namespace : node.pod(backend))
    for _ in 0..<3 {
      let near = try PodSocket.connected(in: node.namespace, to: "10.96.0.1", 80)
      let far = try server.accepted()
      #expect(try near.peer() == "10.96.0.1")
      #expect(try far.peer() == "10.77.0.1")
      for byte: UInt8 in 0..<100 {
        try near.write(byte)
        #expect(try far.read() == byte)
        try far.write(byte)
        #expect(try near.read() == byte)
      }
    }
  }

  @Test("a kernel without tcx: programs are clsact filters, which a restart takes over under a connection")
  func clsact() throws {
    let node = try RealNode(pods: [1, 2])
    let server: PodSocket
    let traffic: Traffic
    do {
      let kernel = try node.start(.clsact)
      var driver = try kernel.driver()
      #expect(try driver.turn(Self.scene, in: kernel).failures == [])
      #expect(try node.programCount("cali1", .ingress) == 0)
      server = try PodSocket.listening(in: node.pod(2))
      traffic = Traffic(try node.call(from: 1, service: 1, server: server))
    }
    traffic.start()
    for _ in 0..<3 {
      #expect(traffic.goesOn(for: 50))
      let kernel = try node.start(.clsact)
      var driver = try kernel.driver()
      #expect(try driver.turn(Self.scene, in: kernel).failures == [])
    }
    #expect(traffic.goesOn(for: 50))
    #expect(traffic.stop() == nil)
    // A pod comes back with another interface of the same name while no agent runs.
    try node.removePod(1)
    try node.addPod(1)
    let kernel = try node.start(.clsact)
    var driver = try kernel.driver()
    #expect(try driver.turn(Self.scene, in: kernel).failures == [])
    _ = try node.call(from: 1, service: 1, server: server)
    #expect(try kernel.readCounters()[CounterKey(interfaceIndex: index("cali1", kernel), hook: 0)]?.events[0] ?? 0 > 0)
    // And with the agent running.
    try node.removePod(1)
    try node.addPod(1)
    #expect(try driver.turn(Self.scene, in: kernel).failures == [])
    _ = try node.call(from: 1, service: 1, server: server)
    let removed = try DataplaneCleanup(folder: node.folder, in: node.namespace).run()
    #expect(removed.failures == [])
    #expect(removed.programs == 7)
  }

  @Test("a restart adopts maps, links, programs and ids; a connection goes on through it without a lost byte")
  func restart() throws {
    let node = try RealNode(pods: [1, 2])
    let server: PodSocket
    let connection: (client: PodSocket, server: PodSocket)
    let before: Identity
    do {
      let kernel = try node.start()
      var driver = try kernel.driver()
      try driver.turn(Self.scene, in: kernel)
      server = try PodSocket.listening(in: node.pod(2))
      connection = try node.call(from: 1, service: 1, server: server)
      before = try Identity(node.folder)
    }
    // The first process is gone: its descriptors are closed.
    let traffic = Traffic(connection)
    traffic.start()
    for round in 0..<5 {
      #expect(traffic.goesOn(for: 50))
      let kernel = try node.start(loadsAll: round == 0)
      var driver = try kernel.driver()
      let report = try driver.turn(Self.scene, in: kernel)
      #expect(report.failures == [])
      #expect(try Identity(node.folder) == before)
    }
    #expect(traffic.goesOn(for: 50))
    #expect(traffic.stop() == nil)
    _ = try node.call(from: 1, service: 1, server: server)
  }

  @Test("another version's programs are swapped in under a connection without a lost byte; links and pins stay")
  func upgrade() throws {
    let node = try RealNode(pods: [1, 2])
    let kernel = try node.start()
    var driver = try kernel.driver()
    try driver.turn(Self.scene, in: kernel)
    let server = try PodSocket.listening(in: node.pod(2))
    let traffic = Traffic(try node.call(from: 1, service: 1, server: server))
    traffic.start()
    let before = try Identity(node.folder)
    for _ in 0..<20 {
      #expect(traffic.goesOn(for: 5))
      for slot in try node.folder.slots() {
        let plan = slot.interfaceName.hasPrefix("cali") ? AttachmentPlan.workload : AttachmentPlan.data(.ethernet)
        try kernel.replace(with: try unwrap(plan[slot.hook]), at: slot)
      }
    }
    #expect(traffic.goesOn(for: 5))
    #expect(traffic.stop() == nil)
    #expect(try Identity(node.folder).links == before.links)
  }

  @Test("whatever effect is a process's last, the next one finishes its work")
  func crashes() throws {
    let node = try RealNode(pods: [1, 2])
    let server = try PodSocket.listening(in: node.pod(2))
    var kernel = try node.start()
    var step = 0
    while true {
      // Loading takes most of a start: every tenth process does it, the others find the programs loaded.
      let loads = step.isMultiple(of: 10)
      if loads { kernel = try node.start() } else { try node.folder.create() }
      let last = LastEffect(after: step)
      do {
        let dying = CrashingKernel(kernel: kernel, last: last)
        var driver = try dying.driver()
        try driver.turn(Self.scene, in: dying)
        // Only who has both programs and an entry is up, whatever step it was.
        for name in ["cali1", "cali2"] where try node.isUp(name) {
          #expect(try node.programCount(name, .ingress) == 1, "after step \(step)")
          #expect(try node.programCount(name, .egress) == 1, "after step \(step)")
        }
      }
      if loads { kernel = try node.start() }
      var driver = try kernel.driver()
      let report = try driver.turn(Self.scene, in: kernel)
      #expect(report.failures == [], "after step \(step)")
      #expect(report.readyWorkloads == ["cali1", "cali2"], "after step \(step)")
      #expect(try node.routes().count == 3, "after step \(step)")
      #expect(try node.programCount("cali1", .ingress) == 1, "after step \(step)")
      _ = try node.call(from: 1, service: 1, server: server)
      try driver.turn(Scene(), in: kernel)
      #expect(try DataplaneCleanup(folder: node.folder, in: node.namespace).run().failures == [])
      if !last.wasReached { break }
      step += 1
    }
    #expect(step > 20)
  }

  @Test("a pod that goes leaves nothing behind; one that comes back under its name is connected again")
  func podComesAndGoes() throws {
    let node = try RealNode(pods: [1, 2])
    let kernel = try node.start()
    var driver = try kernel.driver()
    try driver.turn(Self.scene, in: kernel)
    // The API forgets the pod before its interface goes.
    try driver.turn(Scene(pods: [1], hasRemoteNode: true), in: kernel)
    #expect(try node.isUp("cali2") == false)
    #expect(try node.programCount("cali2", .ingress) == 0)
    #expect(try node.folder.slots().map(\.interfaceName) == ["cali1", "cali1", "eth0", "eth0", "lo"])
    #expect(try node.routes().count == 2)
    // The interface goes before the API forgets the pod, and comes back.
    try driver.turn(Self.scene, in: kernel)
    try node.removePod(2)
    let gone = try driver.turn(Self.scene, in: kernel)
    #expect(gone.awaitedInterfaces == ["cali2"])
    #expect(gone.failures == [])
    try node.addPod(2)
    let back = try driver.turn(Self.scene, in: kernel)
    #expect(back.failures == [])
    let server = try PodSocket.listening(in: node.pod(2))
    _ = try node.call(from: 1, service: 1, server: server)
    let indices = Set(try kernel.interfaces().map(\.index))
    #expect(try kernel.readCounters().keys.allSatisfy { indices.contains($0.interfaceIndex) })
  }

  @Test("a pod whose program cannot be attached stays down, and that is said; the other is connected")
  func attachFails() throws {
    let node = try RealNode(pods: [1, 2])
    let kernel = try node.start()
    // A folder has the name of the link's pin, and cannot be put aside like a file.
    let slot = AttachmentSlot(interfaceName: "cali2", hook: .egress)
    #expect(mkdir(node.folder.link(slot), 0o700) == 0)
    defer { rmdir(node.folder.link(slot)) }
    var driver = try kernel.driver()
    let report = try driver.turn(Self.scene, in: kernel)
    #expect(try node.isUp("cali2") == false)
    #expect(!report.readyWorkloads.contains("cali2"))
    #expect(report.readyWorkloads.contains("cali1"))
    #expect(report.failures.map(\.subject) == ["pod default/p2 (cali2)"])
    #expect(report.failures.first?.reason.contains("cali2_egress") == true, "\(report.failures)")
  }

  @Test("something foreign under the name of a pin is put aside; pods that are connected do not notice")
  func foreignPin() throws {
    let node = try RealNode(pods: [1, 2])
    var kernel = try node.start()
    var driver = try kernel.driver()
    try driver.turn(Scene(pods: [1], services: [1: [2]]), in: kernel)
    let slot = AttachmentSlot(interfaceName: "cali2", hook: .egress)
    let map = try Map.create(MapSpec(name: "other", type: .hash, key: UInt32.self, value: UInt32.self, maxEntries: 1))
    try map.pin(node.folder.link(slot))
    kernel = try node.start()
    driver = try kernel.driver()
    let report = try driver.turn(Self.scene, in: kernel)
    #expect(report.failures == [])
    #expect(report.readyWorkloads == ["cali1", "cali2"])
    _ = try node.call(from: 1, service: 1, server: PodSocket.listening(in: node.pod(2)))
  }

  @Test("programs that still use maps whose pins are gone are replaced, although their code is the same")
  func lostMapPins() throws {
    let node = try RealNode(pods: [1, 2])
    var kernel = try node.start()
    var driver = try kernel.driver()
    try driver.turn(Self.scene, in: kernel)
    for name in try node.folder.names(in: node.folder.maps) { try Map.unpin("\(node.folder.maps)/\(name)") }
    kernel = try node.start()
    #expect(try kernel.attachments().allSatisfy { $0.program == nil })
    driver = try kernel.driver()
    let report = try driver.turn(Self.scene, in: kernel)
    #expect(report.failures == [])
    #expect(try kernel.attachments().allSatisfy { $0.program != nil })
  }

  @Test("a route that somebody deleted is put back")
  func repairsRoutes() throws {
    let node = try RealNode(pods: [1])
    let kernel = try node.start()
    var driver = try kernel.driver()
    let scene = Scene(pods: [1], hasRemoteNode: true)
    try driver.turn(scene, in: kernel)
    let routes = try node.routes()
    try node.deleteRoute(to: "10.65.1.1/32")
    #expect(try node.routes().count == 1)
    driver.distrustKernelRoutes()
    try driver.turn(scene, in: kernel)
    #expect(try node.routes() == routes)
  }

  @Test("cleaning up leaves no program, pin or route, and no open door")
  func cleansUp() throws {
    let node = try RealNode(pods: [1, 2])
    do {
      let kernel = try node.start()
      var driver = try kernel.driver()
      try driver.turn(Self.scene, in: kernel)
    }
    let removed = try DataplaneCleanup(folder: node.folder, in: node.namespace).run()
    #expect(removed.failures == [])
    #expect(removed.programs == 7)
    #expect(removed.routes == 3)
    #expect(try node.routes() == [])
    #expect(try node.programCount("eth0", .ingress) == 0)
    #expect(try node.isUp("cali1") == false)
    #expect(try node.isUp("eth0"))
    #expect(try node.folder.slots() == [])
    #expect(try node.folder.names(in: node.folder.maps) == [])
    // Twice is harmless.
    #expect(try DataplaneCleanup(folder: node.folder, in: node.namespace).run().programs == 0)
  }

  private func index(_ name: String, _ kernel: LinuxKernel) throws -> UInt32 {
    try unwrap(kernel.interfaces().first { $0.name == name }).index
  }
}

/// Which kernel objects the pins of a node stand for.
struct Identity: Equatable {
  /// Id of the link, and of the program it runs.
  var links: [String: UInt32] = [:]
  var programs: [String: UInt32] = [:]
  var frontends: [FrontendKey<IPv4Address>: Frontend] = [:]
  var maps: Set<UInt32> = []

  init(_ folder: PinFolder) throws {
    for slot in try folder.slots() {
      guard let link = try Link.openPinned(folder.link(slot)) else { throw Missing() }
      let info = try unwrap(try link.info())
      links["\(slot)"] = info.id
      programs["\(slot)"] = info.program
    }
    for name in try folder.names(in: folder.maps) {
      guard let map = try Map.openPinned("\(folder.maps)/\(name)") else { throw Missing() }
      maps.insert(map.info.id)
      guard name == MapName.frontends4 else { continue }
      frontends = Dictionary(
        try map.typed(FrontendKey<IPv4Address>.self, Frontend.self).entries().map { ($0.key, $0.value) }
      ) { $1 }
    }
  }
}
