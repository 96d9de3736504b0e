import CalicoAPI
import DataplaneABI
import Routing
import Testing

@testable import Dataplane

@Suite("What the programs are told in cali_node")
struct SettingsTests {
  private static let address = IPv4Address(10, 77, 0, 1)

  private static func turn(
    _ kernel: FakeKernel, _ driver: inout DataplaneDriver<FakeKernel>, _ change: (inout NodeSettings) -> Void
  ) throws -> NodeState {
    var scene = Scene()
    scene.settings.addresses.ipv4 = address
    change(&scene.settings)
    #expect(driver.turn(scene, on: kernel).failures == [])
    return try #require(kernel.contents.node[0])
  }

  @Test("addresses, ports, timeouts and flags are there after the first turn")
  func all() throws {
    let kernel = FakeKernel.fresh(pods: [])
    // An array's element is there, all zeroes, before anyone has written it.
    kernel.contents.node[0] = Self.zeroes
    var driver = kernel.driver()
    let state = try Self.turn(kernel, &driver) { settings in
      settings.addresses.ipv6 = IPv6Address(1, 2, 3, 4)
      settings.timeouts.udp = 7_000_000_000
    }
    #expect(state.address4 == Self.address)
    #expect(state.address6 == IPv6Address(1, 2, 3, 4))
    #expect(state.sourcePorts == PortRange(first: 20000, count: 10000))
    #expect(state.timeouts.udp == 7_000_000_000)
    #expect(state.timeouts.tcpEstablished == ConntrackTimeouts.standard.tcpEstablished)
    #expect(state.flags == [.dropEndpointToHost, .wantsWayBack])
    #expect(state.routeGeneration > 0)
  }

  @Test("a setting that changes is written at once, and flows keep their way")
  func change() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    let before = try Self.turn(kernel, &driver) { _ in }
    let after = try Self.turn(kernel, &driver) { $0.felix.endpointToHost = .accept }
    #expect(after.flags == .wantsWayBack)
    #expect(after.routeGeneration == before.routeGeneration)
    let again = try Self.turn(kernel, &driver) { $0.felix.endpointToHost = .return }
    #expect(again == after)
    let excluding = try Self.turn(kernel, &driver) { $0.felix.natExclusions = .poolsAndHosts }
    #expect(excluding.flags == [.dropEndpointToHost, .natExcludesHosts, .wantsWayBack])
  }

  @Test("the reverse path check is flags and the filter of data interfaces, which follows a change")
  func reversePath() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    let cases: [(ReversePathCheck, NodeFlags, String)] = [
      (.loose, .wantsWayBack, "2"), (.strict, .wantsSameWayBack, "1"), (.disabled, [], "0"),
      (.loose, .wantsWayBack, "2"),
    ]
    for (check, flags, filter) in cases {
      let state = try Self.turn(kernel, &driver) { $0.felix.reversePath = check }
      #expect(state.flags == flags.union(.dropEndpointToHost))
      #expect(kernel.contents.parameters["net/ipv4/conf/eth0/rp_filter"] == filter)
    }
  }

  @Test("the mark of services from outside is told, and the filter of data interfaces goes by it")
  func externalMark() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    let path = "net/ipv4/conf/eth0/src_valid_mark"
    #expect(try Self.turn(kernel, &driver) { _ in }.externalMark == 0)
    #expect(kernel.contents.parameters[path] == nil)
    #expect(try Self.turn(kernel, &driver) { $0.felix.externalMark = 64 }.externalMark == 64)
    #expect(kernel.contents.parameters[path] == "1")
    #expect(try Self.turn(kernel, &driver) { $0.felix.externalMark = 0 }.externalMark == 0)
    // Somebody else may want it.
    #expect(kernel.contents.parameters[path] == "1")
  }

  @Test("translation for host processes can be switched off")
  func hostServices() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    let state = try Self.turn(kernel, &driver) { $0.felix.hostNetworkedNAT = .disabled }
    #expect(state.flags == [.dropEndpointToHost, .wantsWayBack, .leavesHostServices])
  }

  @Test("ports of services at nodes, the tunnels' port and the way back are told")
  func externalServices() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    let before = try Self.turn(kernel, &driver) { _ in }
    #expect(before.nodePorts == .none)
    #expect(before.tunnelPort == BigEndian16(4789))
    let after = try Self.turn(kernel, &driver) { settings in
      settings.nodePorts = PortRange(around: [30080, 32767, 30001])
      settings.felix.tunnelPort = 4790
      settings.felix.externalServiceMode = .dsr
    }
    #expect(after.nodePorts == PortRange(first: 30001, count: 2767))
    #expect(after.tunnelPort == BigEndian16(4790))
    #expect(after.flags == [.dropEndpointToHost, .wantsWayBack, .returnsDirectly])
  }

  @Test("a range of ports has all of them")
  func portRange() {
    #expect(PortRange(around: [UInt16]()) == .none)
    #expect(PortRange(around: [443]) == PortRange(first: 443, count: 1))
    #expect(PortRange(around: [1, 65535]) == PortRange(first: 1, count: 65535))
    #expect(PortRange(around: [0, 65535]) == .none)
  }

  @Test("another address of the node makes flows find their way anew")
  func address() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    let before = try Self.turn(kernel, &driver) { _ in }
    let after = try Self.turn(kernel, &driver) { $0.addresses.ipv4 = IPv4Address(10, 77, 0, 9) }
    #expect(after.address4 == IPv4Address(10, 77, 0, 9))
    #expect(after.routeGeneration > before.routeGeneration)
    let gone = try Self.turn(kernel, &driver) { $0.addresses.ipv4 = nil }
    #expect(gone.address4 == .any)
    #expect(gone.routeGeneration > after.routeGeneration)
  }

  @Test("what others wrote there is put right, and the generation never goes back")
  func repaired() throws {
    let kernel = FakeKernel.fresh(pods: [])
    var driver = kernel.driver()
    _ = try Self.turn(kernel, &driver) { _ in }
    kernel.contents.node[0] = NodeState(routeGeneration: 77)
    driver.distrust()
    let state = try Self.turn(kernel, &driver) { _ in }
    #expect(state.address4 == Self.address)
    #expect(state.routeGeneration >= 77)
  }

  private static var zeroes: NodeState {
    NodeState(
      routeGeneration: 0, sourcePorts: PortRange(first: 0, count: 0),
      timeouts: ConntrackTimeouts(
        creationGracePeriod: 0, tcpSynSent: 0, tcpEstablished: 0, tcpFinsSeen: 0, tcpResetSeen: 0, udp: 0, generic: 0,
        icmp: 0))
  }
}
