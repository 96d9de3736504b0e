import DataplaneABI
import Glibc
import Netlink

/// Real associations of SCTP between a pod and another host, there through a service with another port.
///
/// By default nobody makes their checksums: devices that could do it say so, and the kernel believes itself. Where one of them
/// cannot, the checksum is made there, over what our programs have left, or before them, and then the receiver looks at it.
enum SCTPCheck {
  static func run(_ datapath: Datapath, _ report: inout Report) {
    report.check("SCTP through a service, without checksums") { try call(datapath) { _ in nil } }
    report.check("SCTP through a service, checksums made by the pod") { try call(datapath) { $0.pod } }
    report.check("SCTP through a service, checksums made as packets leave the node") { try call(datapath) { $0.node } }
    report.check("SCTP through a service, checksums made by the other host") { try call(datapath) { $0.other } }
  }

  /// With a namespace in which devices make no checksums.
  private static func call(
    _ datapath: Datapath, _ namespace: (UplinkHosts) -> NetworkNamespace?
  ) throws -> String {
    try UplinkCheck.call(datapath, .veth, proto: IPProtocolNumber.sctp) { hosts in
      if let namespace = namespace(hosts) { try leaveChecksumsToTheStack("eth0", namespace) }
    }
  }

  /// Has a device make no checksums of what it sends (ETHTOOL_STXCSUM), as `ethtool -K eth0 tx off`.
  private static func leaveChecksumsToTheStack(_ device: String, _ namespace: NetworkNamespace) throws {
    let descriptor = try namespace.socket(domain: AF_INET, type: Int32(SOCK_DGRAM.rawValue))
    defer { close(descriptor) }
    // struct ethtool_value
    var command: (UInt32, UInt32) = (0x17, 0)
    // struct ifreq: the name, and where the command is.
    var request = [UInt8](repeating: 0, count: 40)
    request.replaceSubrange(0..<device.utf8.count, with: device.utf8)
    let result: Int32 = withUnsafeMutablePointer(to: &command) { command in
      request.withUnsafeMutableBytes { request in
        request.storeBytes(of: UInt(bitPattern: command), toByteOffset: 16, as: UInt.self)
        guard let place = request.baseAddress else { return -1 }
        // SIOCETHTOOL
        return ioctl(descriptor, 0x8946, place)
      }
    }
    guard result == 0 else { throw Unexpected("\(device) makes checksums: errno \(errno)") }
  }
}
