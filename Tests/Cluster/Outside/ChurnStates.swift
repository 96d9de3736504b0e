import Netlink

@testable import Lab

/// One Service that changes from kind to kind.
struct ChurnState: Equatable {
  enum Kind: String, CaseIterable {
    case clusterIP = "ClusterIP"
    case external = "ClusterIP with externalIPs"
    case nodePort = "NodePort"
    case balancer = "LoadBalancer"
  }

  static let name = "outside-churn"
  static let balancer = ["198.51.100.60", "2001:db8:100::60"]
  static let external = ["198.51.100.160", "2001:db8:100::160"]

  var kind = Kind.clusterIP
  var port: UInt16 = 7800
  var nodePort: UInt16 = 31_060
  /// `externalTrafficPolicy: Local`.
  var isLocal = false
  /// `sessionAffinity: ClientIP`.
  var isSticky = false
  /// `loadBalancerSourceRanges`: the client outside is in them, and others are not.
  var hasRanges = false

  var hasNodePort: Bool { kind == .nodePort || kind == .balancer }

  /// What `kubectl patch --type merge` takes; nothing of another state is left.
  var patch: String {
    let nodePort = hasNodePort ? #","nodePort":\#(self.nodePort)"# : ""
    func port(_ name: String, _ proto: String) -> String {
      #"{"name":"\#(name)","protocol":"\#(proto)","port":\#(self.port),"targetPort":\#(OutsideCluster.serverPort)\#(nodePort)}"#
    }
    let external = kind == .external ? "\(Self.external)" : "null"
    let policy = kind == .clusterIP ? "null" : isLocal ? #""Local""# : #""Cluster""#
    let ranges = hasRanges ? #"["10.77.0.128/25","fd77::200/120"]"# : "null"
    return #"{"spec":{"type":"\#(kind == .external ? "ClusterIP" : kind.rawValue)","externalIPs":\#(external),"#
      + #""externalTrafficPolicy":\#(policy),"loadBalancerSourceRanges":\#(ranges),"#
      + #""sessionAffinity":"\#(isSticky ? "ClientIP" : "None")","#
      + #""ports":[\#(port("tcp", "TCP")),\#(port("udp", "UDP"))]}}"#
  }

  /// The same for the status, which a load balancer's controller writes.
  static let status =
    #"{"status":{"loadBalancer":{"ingress":[{"ip":"\#(balancer[0])"},{"ip":"\#(balancer[1])"}]}}}"#

  static let manifest = """
    apiVersion: v1
    kind: Service
    metadata: {name: \(name), namespace: default}
    spec:
      ipFamilyPolicy: PreferDualStack
      selector: {serves: "true"}
      ports:
        - {name: tcp, protocol: TCP, port: 7800, targetPort: \(OutsideCluster.serverPort)}
        - {name: udp, protocol: UDP, port: 7800, targetPort: \(OutsideCluster.serverPort)}
    """

  // MARK: Where it is reached

  /// Every way to it from the client outside.
  func fromOutside(_ cluster: OutsideCluster) -> Set<ChurnPlace> {
    // The backends are on node1 and node2; load balancers' and external addresses lead to node1.
    let nodes = !hasNodePort ? [] : isLocal ? [1, 2] : [1, 2, 3]
    let atNodes = [0, 1].flatMap { family in
      nodes.map { ChurnPlace(address: cluster.node($0, family), port: nodePort) }
    }
    return Set(atNodes + named)
  }

  /// Every way to it from a pod.
  func fromPod(_ cluster: OutsideCluster, clusterIPs: [InetAddress]) -> Set<ChurnPlace> {
    var inside = self
    inside.isLocal = false
    return inside.fromOutside(cluster).union(clusterIPs.map { ChurnPlace(address: $0, port: port) })
  }

  private var named: [ChurnPlace] {
    let addresses = kind == .external ? Self.external : kind == .balancer ? Self.balancer : []
    return addresses.compactMap { InetAddress($0) }.map { ChurnPlace(address: $0, port: port) }
  }
}

struct ChurnPlace: Hashable {
  let address: InetAddress
  let port: UInt16
}

/// The changes, one after the other.
struct ChurnStep {
  let what: String
  let state: ChurnState

  static let all: [ChurnStep] = {
    typealias Kind = ChurnState.Kind
    var (state, steps) = (ChurnState(), [ChurnStep]())
    func add(_ what: String) { steps.append(ChurnStep(what: what, state: state)) }
    func change(to kind: Kind) {
      let old = state.kind
      state.kind = kind
      add("\(old.rawValue) to \(kind.rawValue)")
    }
    // From each kind to each other one.
    let kinds: [Kind] = [
      .external, .clusterIP, .nodePort, .clusterIP, .balancer, .external, .nodePort, .external, .balancer, .nodePort,
      .balancer,
    ]
    for kind in kinds { change(to: kind) }
    state.nodePort = 31_061
    add("another nodePort")
    state.port = 7805
    add("another port")
    state.isLocal = true
    add("externalTrafficPolicy Local")
    state.isSticky = true
    add("sessionAffinity ClientIP")
    state.hasRanges = true
    add("loadBalancerSourceRanges")
    (state.isLocal, state.isSticky) = (false, false)
    add("externalTrafficPolicy Cluster, sessionAffinity None")
    state.hasRanges = false
    change(to: .clusterIP)
    return steps
  }()
}
