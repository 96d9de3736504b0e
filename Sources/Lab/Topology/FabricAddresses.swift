import Netlink

/// Addresses on the fabric, 10.77.0.0/24 and fd77::/64. They exist in the lab's namespaces only.
enum FabricAddresses {
  static let client = host(200)
  static let control = host(254)

  /// The addresses of host `number`, 1 to 254. Written out, the last group of the IPv6 address has the same digits.
  static func host(_ number: Int) -> [InetPrefix] {
    ["10.77.0.\(number)/24", "fd77::\(number)/64"].compactMap { InetPrefix($0) }
  }
}

/// Addresses of pods: 10.65.N.0/24 and fd65:0:0:N::/64 on node N.
enum PodAddresses {
  /// What holds the pods of all nodes, IPv4 first.
  static let pools = ["10.65.0.0/16", "fd65::/48"].compactMap { InetPrefix($0) }

  static func prefixes(ofNode number: Int) -> [InetPrefix] {
    ["10.65.\(number).0/24", "fd65:0:0:\(number)::/64"].compactMap { InetPrefix($0) }
  }
}
