import Testing

@testable import EBPF

@Suite("Programs at the tc hooks", .enabled(if: Privileges.isRoot, "needs root"))
struct TrafficControlTests {
  static let mechanisms: [TrafficControl.Mechanism] = Privileges.has(.tcx) ? [.tcx, .clsact] : [.clsact]

  @Test("A program sees packets until its link closes", arguments: mechanisms)
  func attach(_ mechanism: TrafficControl.Mechanism) throws {
    try NetworkNamespace.run {
      let counter = try CountingProgram()
      do {
        let link = try TrafficControl.attach(
          counter.program, interface: NetworkNamespace.loopback, .egress, mechanism: mechanism)
        try NetworkNamespace.send(3)
        #expect(try counter.count == 3)
        _ = consume link
      }
      try NetworkNamespace.send(1)
      #expect(try counter.count == 3)
    }
  }

  @Test("A program takes the place of another, and each sees its own packets only", arguments: mechanisms)
  func replace(_ mechanism: TrafficControl.Mechanism) throws {
    try NetworkNamespace.run {
      let (old, new) = (try CountingProgram(), try CountingProgram())
      let link = try TrafficControl.attach(
        old.program, interface: NetworkNamespace.loopback, .ingress, mechanism: mechanism)
      try NetworkNamespace.send(1)
      try link.update(new.program)
      try NetworkNamespace.send(2)
      #expect(try old.count == 1)
      #expect(try new.count == 2)
      try link.detach()
      try NetworkNamespace.send(1)
      #expect(try new.count == 2)
    }
  }

  @Test("A pinned link keeps its program attached, and a later process adopts and replaces it", arguments: mechanisms)
  func pin(_ mechanism: TrafficControl.Mechanism) throws {
    let folder = try PinFolder("tc-\(mechanism)")
    try NetworkNamespace.run {
      let (old, new) = (try CountingProgram(), try CountingProgram())
      let path = "\(folder.path)/lo_ingress"
      func ensure(_ counter: CountingProgram) throws {
        _ = try TrafficControl.ensure(
          counter.program, interface: NetworkNamespace.loopback, .ingress, pinnedAt: path, mechanism: mechanism)
      }
      try ensure(old)
      try NetworkNamespace.send(2)
      #expect(try old.count == 2)
      try ensure(new)
      try NetworkNamespace.send(4)
      #expect(try old.count == 2)
      #expect(try new.count == 4)
      // The pin names what runs now.
      guard let link = try TrafficControl.open(pinned: path, interface: NetworkNamespace.loopback, .ingress) else {
        Issue.record("nothing is pinned at \(path)")
        return
      }
      try link.detach()
      try NetworkNamespace.send(1)
      #expect(try new.count == 4)
    }
  }

  @Test("A link that is unpinned again detaches when it closes", arguments: mechanisms)
  func unpin(_ mechanism: TrafficControl.Mechanism) throws {
    let folder = try PinFolder("unpin-\(mechanism)")
    try NetworkNamespace.run {
      let counter = try CountingProgram()
      let path = "\(folder.path)/lo_egress"
      do {
        let link = try TrafficControl.attach(
          counter.program, interface: NetworkNamespace.loopback, .egress, mechanism: mechanism)
        try link.pin(path)
        try Link.unpin(path)
        _ = consume link
      }
      try NetworkNamespace.send(1)
      #expect(try counter.count == 0)
    }
  }

  @Test("What a crash left at the hook before it was pinned is replaced")
  func leftover() throws {
    let folder = try PinFolder("leftover")
    try NetworkNamespace.run {
      let (old, new) = (try CountingProgram(), try CountingProgram())
      let path = "\(folder.path)/lo_ingress"
      // Pinned when it closes, so that the filter stays; then the pin is lost.
      _ = try TrafficControl.ensure(
        old.program, interface: NetworkNamespace.loopback, .ingress, pinnedAt: path, mechanism: .clsact)
      try Link.unpin(path)
      _ = try TrafficControl.ensure(
        new.program, interface: NetworkNamespace.loopback, .ingress, pinnedAt: path, mechanism: .clsact)
      try NetworkNamespace.send(3)
      #expect(try old.count == 0)
      #expect(try new.count == 3)
    }
  }

  @Test("An interface that is not there")
  func noInterface() throws {
    let counter = try CountingProgram()
    let error = #expect(throws: KernelError.self) {
      _ = try TrafficControl.attach(counter.program, interface: 9_999, .ingress)
    }
    #expect(error?.errno == .noDevice)
    #expect(error?.description.contains("program counter at tc ingress of interface 9999") == true)
    #expect(error?.description.contains("No such interface in the calling thread's network namespace.") == true)
  }
}

@Suite("Order at a tcx hook", .enabled(if: Privileges.has(.tcx), "needs root and tcx"))
struct TCXOrderTests {
  @Test("Programs go first, last, before and after others, and the revision guards the list")
  func order() throws {
    try NetworkNamespace.run {
      let lo = NetworkNamespace.loopback
      let programs = try (0..<4).map { _ in try CountingProgram() }
      let ids = try programs.map { try $0.program.info().id }
      let a = try TrafficControl.attach(programs[0].program, interface: lo, .ingress, order: .last)
      let b = try TrafficControl.attach(programs[1].program, interface: lo, .ingress, order: .first)
      let c = try TrafficControl.attach(
        programs[2].program, interface: lo, .ingress, order: .before(.program(ids[0])))
      let list = try TrafficControl.query(interface: lo, .ingress)
      #expect(list.entries.map(\.program) == [ids[1], ids[2], ids[0]])
      #expect(list.entries.map(\.link) == [try b.info()?.id, try c.info()?.id, try a.info()?.id])
      let anchor = try #require(try b.info()?.id)
      let stale = #expect(throws: KernelError.self) {
        _ = try TrafficControl.attach(
          programs[3].program, interface: lo, .ingress, order: .after(.link(anchor)),
          expectedRevision: list.revision - 1)
      }
      #expect(stale?.errno == .stale)
      let d = try TrafficControl.attach(
        programs[3].program, interface: lo, .ingress, order: .after(.link(anchor)), expectedRevision: list.revision)
      #expect(
        try TrafficControl.query(interface: lo, .ingress).entries.map(\.program) == [ids[1], ids[3], ids[2], ids[0]])
      try NetworkNamespace.send(2)
      for program in programs { #expect(try program.count == 2) }
      try d.detach()
    }
  }

  @Test("A swap can demand which program it takes the place of")
  func guardedSwap() throws {
    try NetworkNamespace.run {
      let (first, second, third) = (try CountingProgram(), try CountingProgram(), try CountingProgram())
      let link = try TrafficControl.attach(first.program, interface: NetworkNamespace.loopback, .ingress)
      #expect(throws: KernelError.self) { try link.update(third.program, replacing: second.program) }
      try link.update(second.program, replacing: first.program)
      #expect(try link.info()?.program == second.program.info().id)
    }
  }
}
