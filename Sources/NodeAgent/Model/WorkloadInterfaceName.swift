import Crypto

/// The name of a pod's host-side interface, as Calico's CNI plugin chooses it.
public enum WorkloadInterfaceName {
  /// "cali" and the first 11 hexadecimal digits of SHA-1("NAMESPACE.NAME"): 15 characters, the most the kernel takes.
  public static func of(namespace: String, pod: String) -> String {
    let digest = Insecure.SHA1.hash(data: Array("\(namespace).\(pod)".utf8))
    let digits = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "cali" + digits.prefix(11)
  }
}
