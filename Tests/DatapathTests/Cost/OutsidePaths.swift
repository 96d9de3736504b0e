import DataplaneABI
import KernelRuntime

/// The packets of a client outside that asks for a NodePort, and of the pod that answers it: what is measured of them, and at which
/// node. Making one plays the handshakes.
struct OutsidePaths {
  private(set) var all: [LivePath] = []
  private let family: FamilyName

  private static let client = Place.outside(1)
  /// Nobody has it in a packet that is measured as a new one.
  private static let port: UInt16 = 1000

  init(_ family: FamilyName, on nodes: OutsideNodes) throws {
    self.family = family
    try addLocal(nodes.tunnel.asked)
    try addRemote("Tunnel", nodes.tunnel, direct: false)
    try addRemote("DSR", nodes.direct, direct: true)
  }

  /// Flows that were opened to make one.
  static let handshakes = 5

  private func request(_ port: UInt16, _ transport: Frame.Transport) -> [UInt8] {
    Frame(
      family: family, source: Self.client, sourcePort: Self.port, destination: .node(1), destinationPort: port,
      transport: transport
    ).bytes
  }

  private func answer(from pod: Place, _ transport: Frame.Transport) -> [UInt8] {
    Frame(
      family: family, source: pod, sourcePort: 8080, destination: Self.client, destinationPort: Self.port,
      transport: transport
    ).bytes
  }

  private mutating func add(
    _ name: String, _ node: OutsideNode, _ program: String, _ frame: [UInt8], freshPortAt port: Int? = nil
  ) throws {
    all.append(try LivePath(name, node.program(program), frame, freshPortAt: port))
  }

  private var portOffset: Int { 14 + family.headerLength }

  private mutating func addLocal(_ node: OutsideNode) throws {
    let port = OutsideNode.portHere
    let (there, back) = (request(port, .ack), answer(from: OutsideNode.podHere, .ack))
    _ = try node.pass("host_ingress", request(port, .syn))
    _ = try node.pass("workload_ingress", answer(from: OutsideNode.podHere, .synAck))
    for _ in 0..<2 {
      _ = try node.pass("host_ingress", there)
      _ = try node.pass("workload_ingress", back)
    }
    try add(
      "new TCP flow to a pod of the node asked", node, "host_ingress", request(port, .syn), freshPortAt: portOffset)
    try add("next packets", node, "host_ingress", there)
    try add("the answers", node, "workload_ingress", back)
  }

  private mutating func addRemote(_ mode: String, _ nodes: OutsideNodes.Pair, direct: Bool) throws {
    let (asked, backend) = nodes
    let port = OutsideNode.portThere
    /// What the second node gets of the client's packet.
    func ask(_ transport: Frame.Transport) throws -> [UInt8] {
      let wrapped = try asked.pass("host_ingress", request(port, transport))
      _ = try backend.pass("host_ingress", wrapped)
      return wrapped
    }
    /// What leaves the second node of the pod's.
    func answer(_ transport: Frame.Transport) throws -> [UInt8] {
      let sent = try backend.pass("workload_ingress", self.answer(from: OutsideNode.podThere, transport))
      if !direct { _ = try asked.pass("host_ingress", sent) }
      return sent
    }
    let syn = try ask(.syn)
    _ = try answer(.synAck)
    _ = try ask(.ack)
    var back = try answer(.ack)
    let there = try ask(.ack)
    back = try answer(.ack)
    let inside = there.count - request(port, .ack).count
    try add(
      "new TCP flow to another node's pod, \(mode): the node asked", asked, "host_ingress", request(port, .syn),
      freshPortAt: portOffset)
    try add(
      "new TCP flow out of the tunnel, \(mode): the backend's node", backend, "host_ingress", syn,
      freshPortAt: portOffset + inside)
    try add("next packets, \(mode): the node asked", asked, "host_ingress", request(port, .ack))
    try add("next packets out of the tunnel, \(mode): the backend's node", backend, "host_ingress", there)
    try add(
      "the answers, \(mode): the backend's node", backend, "workload_ingress",
      self.answer(from: OutsideNode.podThere, .ack))
    if !direct { try add("the answers out of the tunnel, \(mode): the node asked", asked, "host_ingress", back) }
  }
}
