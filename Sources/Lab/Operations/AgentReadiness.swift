import Netlink

/// Whether a node's agent says that its dataplane is as the cluster wants it.
enum AgentReadiness {
  /// The agent's health port, on the loopback of its node (Calico's `healthPort`).
  private static let port: UInt16 = 9099

  /// Why it is not ready, in the agent's words; nil if it is.
  static func trouble(of node: LabNode) -> String? {
    let question = HTTPQuestion(address: InetAddress(127, 0, 0, 1), port: port, path: "/readiness")
    guard let answer = question.ask(from: node.host.namespace) else { return "its health port does not answer" }
    guard answer.status != 200 else { return nil }
    let lines = answer.text.split(whereSeparator: \.isNewline)
    return lines.isEmpty ? "it answers \(answer.status)" : lines.joined(separator: "; ")
  }
}
