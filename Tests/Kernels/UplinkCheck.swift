import DataplaneABI
import EBPF
import Netlink

/// Traffic between a pod and another host, where what leads from one host to the other is a VLAN or a bond.
enum UplinkCheck {
  static func run(_ datapath: Datapath, _ report: inout Report) {
    for device in UplinkDevice.allCases {
      report.check("a pod is called, and calls a service, over a \(device)") { try call(datapath, device) }
    }
  }

  /// - Parameter prepare: what else is to be done to the hosts.
  static func call(
    _ datapath: Datapath, _ device: UplinkDevice, proto: UInt8 = IPProtocolNumber.tcp,
    _ prepare: (UplinkHosts) throws -> Void = { _ in }
  ) throws -> String {
    let hosts = try UplinkHosts(device)
    let pod = try hosts.addPod()
    try prepare(hosts)
    let uplink = try hosts.index(of: device.name)
    // What carries a VLAN may lead somewhere too, and then has the programs as well. A bond's port never has.
    let carrier = device == .vlan ? [try hosts.index(of: "eth0")] : []
    let attached = try hosts.node.run {
      try ([uplink] + carrier).flatMap { index in
        [
          try Attached(datapath, "host_ingress", index, .ingress),
          try Attached(datapath, "host_egress", index, .egress),
        ]
      } + [
        try Attached(datapath, "workload_ingress", pod, .ingress),
        try Attached(datapath, "workload_egress", pod, .egress),
      ]
    }
    defer { withExtendedLifetime(attached) {} }
    var (ipv4, ipv6) = (UplinkFlow<IPv4Address>.ipv4, UplinkFlow<IPv6Address>.ipv6)
    ipv4.proto = proto
    ipv6.proto = proto
    try ipv4.run(hosts, datapath.object, pod: pod, uplink: uplink)
    try ipv6.run(hosts, datapath.object, pod: pod, uplink: uplink)
    return "IPv4 and IPv6"
  }
}

/// What leads from host to host.
enum UplinkDevice: String, CaseIterable, CustomStringConvertible {
  case veth
  case vlan
  case bond

  var description: String { self == .veth ? "plain device" : rawValue }
  var name: String { self == .veth ? "eth0" : self == .vlan ? "eth0.5" : "bond5" }
}
