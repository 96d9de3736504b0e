import CalicoAPI
import Policy
import Testing

/// Who reaches whom, step by step, as upstream's tests of network policies write it down: a topology, changes, and after each what must
/// be reachable. Pods to themselves are left out.
struct TruthTable: Sendable, CustomTestStringConvertible {
  enum Step: Sendable {
    /// What was there under the same kind, namespace and name is replaced.
    case put(AnyPolicy)
    case delete(AnyPolicy)
    case labelPod(String, [String: String])
    case labelNamespace(String, [String: String])
    case expect(Expectation)
    case change(@Sendable (inout OracleCluster) -> Void)
    case probe(Probe)
  }

  var name: String
  /// "x/a x/b y/a": namespace and name.
  var pods: String
  /// What is done and expected, for addresses of a family.
  var steps: @Sendable (AddressFamily) -> [Step]

  init(_ name: String, pods: String, _ steps: @escaping @Sendable (AddressFamily) -> [Step]) {
    self.name = name
    self.pods = pods
    self.steps = steps
  }

  var testDescription: String { name }
}

/// Which pods reach which, all but the exceptions.
struct Expectation: Sendable {
  var transport: Transport
  var port: UInt16
  /// In order: the last one that is about a pair holds.
  var exceptions: [Reach]

  func isAllowed(from source: String, to destination: String) -> Bool {
    exceptions.last { $0.isAbout(source, destination) }?.isAllowed ?? true
  }
}

/// One packet of one pod, with whoever is at the other end.
struct Probe: Sendable {
  var pod: String
  var direction: PolicyDirection
  /// A pod's path, or an address.
  var other: String
  var packet: Kind
  var isAllowed: Bool
  /// What decides, as `RuleID.short` writes it.
  var decidedBy: String?

  enum Kind: Sendable {
    case tcp(UInt16, from: UInt16 = 40_000)
    case udp(UInt16, from: UInt16 = 40_000)
    /// Of the family that is asked about.
    case icmp(UInt8, UInt8 = 0)
    case proto(UInt8)
  }
}

extension RuleID {
  /// "web[0]" for the first rule of a policy, "web" for the policy as a whole, "end of default", "kns.x".
  var short: String {
    let number = index.map { "[\($0)]" } ?? ""
    return switch owner {
    case .policy(_, _, _, _, let name): name + number
    case .profile(let name): name + number
    case .endOfTier(let name): "end of \(name)"
    case .endOfProfiles: "end of profiles"
    }
  }
}

enum Transport: UInt8, Sendable, CaseIterable {
  case tcp = 6
  case udp = 17
  case sctp = 132
}

/// Pairs of pods, "x/a", "x/*" or "*".
struct Reach: Sendable {
  var from: String
  var to: String
  var isAllowed: Bool

  static func denied(_ from: String, _ to: String) -> Reach { Reach(from: from, to: to, isAllowed: false) }
  static func allowed(_ from: String, _ to: String) -> Reach { Reach(from: from, to: to, isAllowed: true) }

  func isAbout(_ source: String, _ destination: String) -> Bool { fits(from, source) && fits(to, destination) }

  private func fits(_ pattern: String, _ pod: String) -> Bool {
    pattern.last == "*" ? pod.hasPrefix(pattern.dropLast()) : pattern == pod
  }
}

extension TruthTable.Step {
  static func expect(_ transport: Transport, _ port: UInt16, _ exceptions: Reach...) -> TruthTable.Step {
    .expect(Expectation(transport: transport, port: port, exceptions: exceptions))
  }

  /// What a pod receives is let through.
  static func lets(
    _ pod: String, from other: String, _ packet: Probe.Kind = .tcp(80), by decider: String? = nil
  ) -> TruthTable.Step {
    probe(pod, .ingress, other, packet, true, decider)
  }

  static func stops(
    _ pod: String, from other: String, _ packet: Probe.Kind = .tcp(80), by decider: String? = nil
  ) -> TruthTable.Step {
    probe(pod, .ingress, other, packet, false, decider)
  }

  /// What a pod sends is let through.
  static func lets(
    _ pod: String, to other: String, _ packet: Probe.Kind = .tcp(80), by decider: String? = nil
  ) -> TruthTable.Step {
    probe(pod, .egress, other, packet, true, decider)
  }

  static func stops(
    _ pod: String, to other: String, _ packet: Probe.Kind = .tcp(80), by decider: String? = nil
  ) -> TruthTable.Step {
    probe(pod, .egress, other, packet, false, decider)
  }

  private static func probe(
    _ pod: String, _ direction: PolicyDirection, _ other: String, _ packet: Probe.Kind, _ isAllowed: Bool,
    _ decider: String?
  ) -> TruthTable.Step {
    .probe(
      Probe(pod: pod, direction: direction, other: other, packet: packet, isAllowed: isAllowed, decidedBy: decider))
  }
}
