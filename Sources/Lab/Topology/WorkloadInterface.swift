import Crypto
import Netlink

/// The host-side end of a pod's cable, as Calico's CNI plugin names and addresses it.
public enum WorkloadInterface {
  /// "cali" and the first 11 hexadecimal digits of SHA-1("NAMESPACE.NAME"): 15 characters, the most the kernel takes.
  public static func name(of pod: PodName) -> String {
    let digest = Insecure.SHA1.hash(data: Array("\(pod.namespace).\(pod.name)".utf8))
    let digits = digest.prefix(6).flatMap { [hexadecimal[Int($0 >> 4)], hexadecimal[Int($0 & 15)]] }
    return "cali" + String(decoding: digits.prefix(11), as: UTF8.self)
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

  /// The same on every host-side end; a pod only ever sees one of them.
  static let hardwareAddress = HardwareAddress(0xee, 0xee, 0xee, 0xee, 0xee, 0xee)

  /// The pods' gateway: an IPv4 address that is on no interface, and the IPv6 link-local address that the kernel makes
  /// from `hardwareAddress` (RFC 4291, appendix A).
  static func gateway(_ family: AddressFamily) -> InetAddress {
    family == .ipv4 ? InetAddress(169, 254, 1, 1) : linkLocal
  }

  private static let linkLocal =
    InetAddress(bytes: [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0xec, 0xee, 0xee, 0xff, 0xfe, 0xee, 0xee, 0xee])
    ?? .unspecified(.ipv6)
}
