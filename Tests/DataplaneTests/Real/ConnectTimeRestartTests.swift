import CalicoAPI
import DataplaneABI
import EBPF
import Glibc
import Testing

@testable import Dataplane

@Suite(
  "The programs at a cgroup outlive the agent", .serialized,
  .enabled(if: TestCgroup.canRun, "needs root and a cgroup of version 2"))
struct ConnectTimeRestartTests {
  /// The number of each hook's link.
  private func links(_ node: SocketNode) throws -> [SocketHook: UInt32] {
    var numbers: [SocketHook: UInt32] = [:]
    for hook in SocketHook.allCases {
      numbers[hook] = try Link.openPinned(node.node.folder.link(hook))?.info()?.id
    }
    return numbers
  }

  private func dial(_ node: SocketNode, _ kind: SocketKind = .v4) throws {
    try node.client(kind).connect(to: node.service(kind))
  }

  @Test("a restart adopts links and programs; other modes and other versions are swapped in place")
  func adopts() throws {
    let node = try SocketNode(.enabled)
    let server = try node.server(.v4)
    try node.setService(.v4, ports: [server.port])
    let before = try links(node)
    #expect(before.count == SocketHook.allCases.count)
    let programs = try node.sockets.attachments()
    for _ in 0..<3 {
      try node.restart(.enabled)
      #expect(try links(node) == before)
      #expect(Set(try node.sockets.attachments()) == Set(programs))
      try dial(node)
    }
    try node.restart(.tcp)
    let after = try links(node)
    #expect(after == before.filter { [.connect4, .connect6, .getpeername4, .getpeername6].contains($0.key) })
    #expect(
      Dictionary(uniqueKeysWithValues: try node.sockets.attachments().map { ($0.hook, $0.program) }) == [
        .connect4: .connectTCP4, .connect6: .connectTCP6, .getpeername4: .getpeername4, .getpeername6: .getpeername6,
      ])
    try dial(node)
  }

  @Test("while programs are swapped no connection misses them")
  func upgrade() throws {
    let node = try SocketNode(.tcp)
    let server = try node.server(.v4)
    try node.setService(.v4, ports: [server.port])
    for round in 0..<200 {
      try node.sockets.replace(with: round.isMultiple(of: 2) ? .connect4 : .connectTCP4, at: .connect4)
      // Without a program there would be no way to the service.
      try dial(node)
      _ = try server.socket.accepted()
    }
    #expect(try node.counted(.serviceFlow) == 200)
  }

  @Test("whatever effect is a process's last, the next one finishes its work")
  func crashes() throws {
    let node = try SocketNode(.disabled)
    let server = try node.server(.v4)
    try node.setService(.v4, ports: [server.port])
    for (before, after) in [(ConnectTimeLoadBalancing.disabled, ConnectTimeLoadBalancing.enabled), (.enabled, .tcp)] {
      var step = 0
      while true {
        try node.apply(before)
        let last = LastEffect(after: step)
        var dying = SocketReconciler(DyingSockets(sockets: node.sockets, last: last))
        try? dying.apply(after)
        try node.apply(after)
        #expect(
          Set(try links(node).keys) == Set(SocketHook.allCases.filter { $0.program(after) != nil }), "step \(step)")
        for attachment in try node.sockets.attachments() {
          #expect(attachment.program == attachment.hook.program(after), "step \(step)")
        }
        try dial(node)
        _ = try server.socket.accepted()
        if !last.wasReached { break }
        step += 1
      }
      #expect(step >= 6)
    }
  }

  @Test("a cgroup that was made anew gets the programs again")
  func otherCgroup() throws {
    let node = try SocketNode(.tcp)
    let server = try node.server(.v4)
    try node.setService(.v4, ports: [server.port])
    try node.cgroup.renew()
    #expect(try node.sockets.attachments().allSatisfy { !$0.isHere })
    try node.restart(.tcp)
    #expect(try node.sockets.attachments().allSatisfy(\.isHere))
    try dial(node)
  }

  @Test("something foreign under the name of a pin is put aside")
  func foreignPin() throws {
    let node = try SocketNode(.disabled)
    let server = try node.server(.v4)
    try node.setService(.v4, ports: [server.port])
    let map = try Map.create(MapSpec(name: "other", type: .hash, key: UInt32.self, value: UInt32.self, maxEntries: 1))
    try map.pin(node.node.folder.link(.connect4))
    try node.apply(.tcp)
    try dial(node)
  }

  @Test("a hook that cannot be had is reported, and the pods are connected")
  func refused() throws {
    let node = try RealNode(pods: [1])
    let cgroup = try TestCgroup()
    let kernel = try node.start()
    let folder = node.folder.link(.connect6)
    #expect(mkdir(folder, 0o700) == 0)
    defer { rmdir(folder) }
    var driver = try kernel.driver(cgroup: cgroup.path)
    let report = try driver.turn(Scene(pods: [1]), in: kernel)
    #expect(report.failures.map(\.subject) == ["connect-time load balancing"])
    #expect(report.readyWorkloads == ["cali1"])
  }

  @Test("cleaning up takes the programs off the cgroup")
  func cleansUp() throws {
    let node = try SocketNode(.enabled)
    let server = try node.server(.v4)
    try node.setService(.v4, ports: [server.port])
    try dial(node)
    let outcome = try DataplaneCleanup(folder: node.node.folder, in: node.node.namespace).run()
    #expect(outcome.failures == [])
    #expect(outcome.programs == SocketHook.allCases.count)
    #expect(throws: EitherSocket.Failure(call: "connect", code: ENETUNREACH)) { try dial(node) }
  }
}
