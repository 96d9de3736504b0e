import CalicoAPI

/// The kernel parameters that the dataplane needs, by their paths below /proc/sys.
public enum KernelParameters {
  /// Of the node: the host stack forwards what the programs leave to it.
  public static let node: [(path: String, value: String)] = [
    ("net/ipv4/ip_forward", "1"),
    ("net/ipv6/conf/all/forwarding", "1"),
    // The effective value is the greater of this and the interface's own, so 0 here leaves it to each interface.
    ("net/ipv4/conf/all/rp_filter", "0"),
  ]

  /// Of a pod's host-side interface.
  public static func workload(_ name: String) -> [(path: String, value: String)] {
    [
      // The programs check the source more strictly than rp_filter can; it would only trip over service addresses.
      ("net/ipv4/conf/\(name)/rp_filter", "0"),
      // What a pod sends to the outside comes to the stack with the node's own address, which would be a martian.
      ("net/ipv4/conf/\(name)/accept_local", "1"),
      ("net/ipv4/conf/\(name)/forwarding", "1"),
      // Answers a pod that asks for its gateway 169.254.1.1, which no interface has, and does so at once.
      ("net/ipv4/conf/\(name)/proxy_arp", "1"),
      ("net/ipv4/neigh/\(name)/proxy_delay", "0"),
      ("net/ipv6/conf/\(name)/forwarding", "1"),
      // A pod must not be able to hand the node routes (CVE-2020-13597).
      ("net/ipv6/conf/\(name)/accept_ra", "0"),
    ]
  }

  /// Of the loopback interface: a packet of the host to a service whose backend is the host itself comes back in here, from an
  /// address of this node.
  public static let loopback: [(path: String, value: String)] = [
    ("net/ipv4/conf/lo/accept_local", "1"),
    // What 127.0.0.1 asked of a service elsewhere is answered in here, from 127.0.0.1 as well. Nobody else can send to this
    // interface, so programs that listen there stay out of reach.
    ("net/ipv4/conf/lo/route_localnet", "1"),
  ]

  /// Of an interface that leads to other nodes. What comes for pods the programs check; this is for what comes for the node.
  ///
  /// - Parameter routesMarks: packets may have marks that routing rules go by. Switched on only: others may want it, too.
  public static func data(
    _ name: String, _ check: ReversePathCheck, routesMarks: Bool = false
  ) -> [(path: String, value: String)] {
    let filter =
      switch check {
      case .disabled: "0"
      case .loose: "2"
      case .strict: "1"
      }
    return [("net/ipv4/conf/\(name)/rp_filter", filter)]
      + (routesMarks ? [("net/ipv4/conf/\(name)/src_valid_mark", "1")] : [])
  }
}
