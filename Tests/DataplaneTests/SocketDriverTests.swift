import CalicoAPI
import Dataplane
import Testing

@Suite("Bringing the programs at the node's cgroup to a mode")
struct SocketDriverTests {
  private static let tcp: [SocketHook: DatapathProgram] = [
    .getpeername4: .getpeername4, .getpeername6: .getpeername6, .connect4: .connectTCP4, .connect6: .connectTCP6,
  ]
  private static let all: [SocketHook: DatapathProgram] = [
    .getpeername4: .getpeername4, .getpeername6: .getpeername6, .recvmsg4: .recvmsg4, .recvmsg6: .recvmsg6,
    .sendmsg4: .sendmsg4, .sendmsg6: .sendmsg6, .connect4: .connect4, .connect6: .connect6,
  ]

  private func programs(_ kernel: FakeKernel) -> [SocketHook: DatapathProgram] {
    kernel.contents.sockets.mapValues(\.program)
  }

  private func effects(_ kernel: FakeKernel) -> [String] { kernel.effects.filter { $0.hasSuffix("socket") } }

  @Test("each mode has its programs, whatever mode was before")
  func modes() {
    let wanted: [ConnectTimeLoadBalancing: [SocketHook: DatapathProgram]] = [
      .tcp: Self.tcp, .enabled: Self.all, .disabled: [:],
    ]
    for before in ConnectTimeLoadBalancing.allCases {
      for after in ConnectTimeLoadBalancing.allCases {
        let kernel = FakeKernel.fresh(pods: [])
        var driver = kernel.driver()
        driver.turn(Scene(connectTime: before), on: kernel)
        #expect(driver.turn(Scene(connectTime: after), on: kernel).failures == [])
        #expect(programs(kernel) == wanted[after], "from \(before) to \(after)")
        let done = kernel.effects.count
        driver.turn(Scene(connectTime: after), on: kernel)
        #expect(kernel.effects.count == done)
      }
    }
  }

  @Test("between the modes programs are swapped in place; what both have is left alone")
  func swaps() {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    driver.turn(Scene(connectTime: .tcp), on: kernel)
    kernel.crash(after: nil)
    driver.turn(Scene(connectTime: .enabled), on: kernel)
    #expect(effects(kernel) == Array(repeating: "attach socket", count: 4) + ["replace socket", "replace socket"])
    kernel.crash(after: nil)
    driver.turn(Scene(connectTime: .tcp), on: kernel)
    #expect(effects(kernel) == Array(repeating: "detach socket", count: 4) + ["replace socket", "replace socket"])
  }

  @Test("a restart adopts; a new version is swapped in, and nothing is detached")
  func restarts() {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    driver.turn(Scene(connectTime: .enabled), on: kernel)
    kernel.crash(after: nil)
    driver = kernel.driver()
    driver.turn(Scene(connectTime: .enabled), on: kernel)
    #expect(effects(kernel) == [])
    kernel.version.withLock { $0 = 2 }
    driver = kernel.driver()
    driver.turn(Scene(connectTime: .enabled), on: kernel)
    #expect(effects(kernel) == Array(repeating: "replace socket", count: 8))
    #expect(kernel.contents.sockets.values.allSatisfy { $0.version == 2 })
  }

  @Test("a cgroup that was made anew gets its programs again")
  func otherCgroup() {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    driver.turn(Scene(), on: kernel)
    var contents = kernel.contents
    contents.cgroup = 2
    kernel.contents = contents
    driver.distrust()
    #expect(driver.turn(Scene(), on: kernel).failures == [])
    #expect(programs(kernel) == Self.tcp)
    #expect(kernel.contents.sockets.values.allSatisfy { $0.interfaceIndex == 2 })
  }

  @Test("without a cgroup nothing is attached, and what an earlier run attached is taken off")
  func noCgroup() {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    driver.turn(Scene(), on: kernel)
    var contents = kernel.contents
    contents.cgroup = 0
    kernel.contents = contents
    driver = kernel.driver()
    #expect(driver.turn(Scene(), on: kernel).failures == [])
    #expect(programs(kernel) == [:])
  }

  @Test("a refusal is reported, pods are connected all the same, and the next turn makes up for it")
  func refused() {
    let kernel = FakeKernel.fresh(pods: [1])
    kernel.refuse(["attach socket"])
    var driver = kernel.driver()
    let report = driver.turn(Scene(pods: [1]), on: kernel)
    #expect(report.failures.map(\.description) == ["connect-time load balancing: attach socket is refused"])
    #expect(report.readyWorkloads == ["cali1"])
    kernel.refuse([])
    #expect(driver.turn(Scene(pods: [1]), on: kernel).failures == [])
    #expect(programs(kernel) == Self.tcp)
  }
}
