import CalicoAPI
import Dataplane
import DataplaneABI
import Routing
import Testing

@testable import NodeAgent

@Suite("Which interfaces lead to other nodes")
struct DataInterfacesTests {
  private static let own = IPv4Address(10, 77, 0, 1)
  private static let other = IPv4Address(10, 78, 0, 2)

  private static func interface(
    _ name: String, _ index: UInt32, _ addresses: [(IPv4Address, UInt32)] = [], isUp: Bool = true,
    _ link: LinkFacts = LinkFacts()
  ) -> InterfaceState {
    InterfaceState(
      name: name, index: index, isUp: isUp,
      addresses: PerFamily(
        ipv4: addresses.map { SubnetAddress(address: $0.0, prefixLength: $0.1) }, ipv6: []), link: link)
  }

  private static func choice(
    _ interfaces: [InterfaceState], _ rule: DataInterfaces = .automatic,
    _ change: (inout FelixSettings) -> Void = { _ in }
  ) -> DataInterfaceChoice {
    var settings = FelixSettings()
    change(&settings)
    return DataInterfaceChoice(
      rule, settings, among: Dictionary(uniqueKeysWithValues: interfaces.map { ($0.name, $0) }),
      own: PerFamily(ipv4: own, ipv6: nil), nodes: PerFamily(ipv4: [own, other], ipv6: []))
  }

  private static let uplink = interface("eth0", 2, [(own, 24)])

  @Test("the holder of the node's address, whatever else is there")
  func holder() {
    let others = [
      Self.interface("docker0", 3, [(IPv4Address(172, 17, 0, 1), 16)], LinkFacts(kind: "bridge")),
      Self.interface("cali1", 4, [], LinkFacts(kind: "veth", hasDefaultRoute: true)),
      Self.interface("lo", 1, [(IPv4Address(127, 0, 0, 1), 8)], LinkFacts(isLoopback: true)),
    ]
    #expect(Self.choice([Self.uplink] + others).names == ["eth0"])
  }

  @Test("another one with a default route or on a subnet of a node counts while it is up")
  func others() {
    let defaultRoute = Self.interface("eth1", 3, [], LinkFacts(hasDefaultRoute: true))
    let subnet = Self.interface("eth2", 4, [(IPv4Address(10, 78, 0, 1), 24)])
    let down = Self.interface("eth3", 5, [(IPv4Address(10, 78, 0, 9), 24)], isUp: false)
    let dummy = Self.interface("dummy0", 6, [(IPv4Address(10, 78, 0, 8), 24)], LinkFacts(kind: "dummy"))
    #expect(Self.choice([Self.uplink, defaultRoute, subnet, down, dummy]).names == ["eth0", "eth1", "eth2"])
  }

  @Test("network cards with addresses count, and devices upon them: clients may be there")
  func cards() {
    let addresses = [(IPv4Address(192, 0, 2, 1), UInt32(24))]
    let chosen = [nil, "bond", "team", "vlan", "macvlan", "ipvlan"].enumerated().map { index, kind in
      Self.interface("a\(index)", UInt32(10 + index), addresses, LinkFacts(kind: kind))
    }
    let left = ["bridge", "veth", "tun", "vxlan", "dummy"].enumerated().map { index, kind in
      Self.interface("b\(index)", UInt32(20 + index), addresses, LinkFacts(kind: kind))
    }
    let others = [
      Self.interface("c1", 30, addresses, isUp: false), Self.interface("c2", 31),
      Self.interface("c3", 32, [(IPv4Address(169, 254, 7, 7), 16)]),
    ]
    #expect(Self.choice([Self.uplink] + chosen + left + others).names == Set(["eth0"] + chosen.map(\.name)))
  }

  @Test("a link-local subnet is no subnet of a node")
  func linkLocal() {
    let interface = Self.interface("eth1", 3, [(IPv4Address(169, 254, 0, 1), 1)])
    #expect(Self.choice([interface]).names == [])
  }

  @Test("a bond or a bridge in the place of its ports, over more than one storey")
  func masters() {
    let port = Self.interface("eth0", 2, [(Self.own, 24)], LinkFacts(master: 3))
    let bond = Self.interface("bond0", 3, [], LinkFacts(kind: "bond", master: 4))
    let bridge = Self.interface("br0", 4, [], LinkFacts(kind: "bridge"))
    #expect(Self.choice([port, bond, bridge]).names == ["br0"])
    let plain = Self.interface("bond0", 3, [], LinkFacts(kind: "bond"))
    #expect(Self.choice([port, plain]).names == ["bond0"])
    #expect(Self.choice([port, plain]) { $0.dataInterfacePattern = "^eth" }.names == ["bond0"])
  }

  @Test("a port of a VRF keeps its packets, one of a virtual switch does not")
  func otherMasters() {
    let port = Self.interface("eth0", 2, [(Self.own, 24)], LinkFacts(master: 3))
    #expect(Self.choice([port, Self.interface("red", 3, [], LinkFacts(kind: "vrf"))]).names == ["eth0"])
    #expect(Self.choice([port, Self.interface("ovs-system", 3, [], LinkFacts(kind: "openvswitch"))]).names == [])
  }

  @Test("a VLAN device holds the address, so it counts and the one below does not")
  func vlan() {
    let below = Self.interface("eth0", 2)
    let vlan = Self.interface("eth0.5", 3, [(Self.own, 24)], LinkFacts(kind: "vlan"))
    #expect(Self.choice([below, vlan]).names == ["eth0.5"])
  }

  @Test("a device without an Ethernet header counts like any other")
  func l3() {
    let tunnel = Self.interface("wg0", 3, [], LinkFacts(kind: "wireguard", header: .none, hasDefaultRoute: true))
    #expect(Self.choice([Self.uplink, tunnel]).names == ["eth0", "wg0"])
    let named = Self.choice([Self.uplink, Self.interface("ipip9", 4, [], LinkFacts(header: .none))]) {
      $0.l3InterfacePattern = "^ipip"
    }
    #expect(named.names == ["eth0", "ipip9"])
  }

  @Test("a pattern in the cluster's settings is found anywhere in a name, and comes in place of what the kernel tells")
  func pattern() {
    let interfaces = [Self.uplink, Self.interface("xeth9", 5), Self.interface("cali-eth", 6)]
    #expect(Self.choice(interfaces) { $0.dataInterfacePattern = "eth" }.names == ["eth0", "xeth9"])
    #expect(Self.choice(interfaces) { $0.dataInterfacePattern = "^eth" }.names == ["eth0"])
    #expect(Self.choice(interfaces) { $0.dataInterfacePattern = "^(en.*|eth.*|tunl0)$" }.names == ["eth0"])
  }

  @Test("an option of the agent comes before the cluster's settings, and is matched with the whole name")
  func option() {
    let interfaces = [Self.uplink, Self.interface("xeth9", 5)]
    #expect(Self.choice(interfaces, .matching("eth")) { $0.dataInterfacePattern = "xeth" }.names == [])
    #expect(Self.choice(interfaces, .matching("eth.")) { $0.dataInterfacePattern = "xeth" }.names == ["eth0"])
  }
}
