/// The hosts that a flow's packets were on, as the table says it.
public enum SeenOn {
  /// Hosts in the order that they saw packets, there and then back; each is named when the packets come to it.
  public static func text(_ hosts: [String]) -> String {
    var names: [String] = []
    for host in hosts where host != names.last { names.append(host) }
    return names.isEmpty ? "no host" : names.joined(separator: " → ")
  }
}
