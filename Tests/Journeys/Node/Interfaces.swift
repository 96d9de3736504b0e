import Netlink

/// The interfaces of the node that packets travel through: real devices in a namespace without a name, which ends with
/// this process however it ends. Test runs need them, because a program is told at which interface it runs.
struct Interfaces: Sendable {
  let namespace: NetworkNamespace
  let client: UInt32
  let server: UInt32
  let second: UInt32
  let uplink: UInt32

  static let shared = Result { try Interfaces() }

  /// A namespace of its own; most journeys share one.
  init() throws {
    let namespace = try NetworkNamespace.anonymous()
    let netlink = try NetlinkConnection(in: namespace)
    func create(_ name: String) throws -> UInt32 {
      try netlink.createLink(name, .veth(peer: VethPeer(name: "\(name)-p")), LinkSettings(isUp: true))
      return UInt32(try netlink.link(named: name).index)
    }
    client = try create("cali-client")
    server = try create("cali-server")
    second = try create("cali-second")
    uplink = try create("eth0")
    self.namespace = namespace
  }
}
