import Glibc
import Testing

@testable import EBPF

@Suite("Programs at XDP and at cgroups", .enabled(if: Privileges.isRoot, "needs root"))
struct OtherLinkTests {
  @Test("An XDP program sees packets until it is detached")
  func xdp() throws {
    try NetworkNamespace.run {
      // XDP_PASS
      let counter = try CountingProgram(.xdp, attach: .xdp, verdict: 2)
      let link = try Link.attachXDP(counter.program, interface: NetworkNamespace.loopback, .generic)
      try NetworkNamespace.send(2)
      #expect(try counter.count == 2)
      #expect(try link.info()?.interface == NetworkNamespace.loopback)
      try link.detach()
      try NetworkNamespace.send(1)
      #expect(try counter.count == 2)
    }
  }

  private static let cgroups = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].first {
    access("\($0)/cgroup.controllers", F_OK) == 0
  }

  @Test("A cgroup program attaches to its folder", .enabled(if: cgroups != nil, "needs cgroup v2"))
  func cgroup() throws {
    let folder = "\(try #require(Self.cgroups))/apus-test-\(getpid())"
    #expect(mkdir(folder, 0o755) == 0)
    defer { rmdir(folder) }
    let counter = try CountingProgram(.cgroupPacket, attach: .cgroupEgress, verdict: 1)
    let link = try Link.attachCgroup(counter.program, path: folder, .cgroupEgress)
    #expect(try link.info()?.program == counter.program.info().id)
    let error = #expect(throws: KernelError.self) {
      _ = try Link.attachCgroup(counter.program, path: folder + "/none", .cgroupEgress)
    }
    #expect(error?.errno == .noEntry)
  }
}
