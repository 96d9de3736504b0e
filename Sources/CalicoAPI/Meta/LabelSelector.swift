/// Which objects are meant, by their labels: all requirements must hold, and without any every object is meant
/// (metav1.LabelSelector).
///
/// Modules that also import KubernetesClient, whose selector is one of a list request, write `CalicoAPI.LabelSelector`.
public struct LabelSelector: ZeroValue, Sendable {
  @OmitZero public var matchLabels: [String: String]
  @OmitZero public var matchExpressions: [LabelSelectorRequirement]

  public init() { self.init(matchLabels: [:]) }

  public init(matchLabels: [String: String], matchExpressions: [LabelSelectorRequirement] = []) {
    self.matchLabels = matchLabels
    self.matchExpressions = matchExpressions
  }

  /// Whether every object is meant.
  public var isEmpty: Bool { matchLabels.isEmpty && matchExpressions.isEmpty }
}

/// One condition on one label.
public struct LabelSelectorRequirement: Codable, Hashable, Sendable {
  @OmitZero public var key: String
  @OmitZero public var `operator`: LabelOperator
  /// For `In` and `NotIn`.
  @OmitZero public var values: [String]

  public init(key: String, operator: LabelOperator, values: [String] = []) {
    self.key = key
    self.operator = `operator`
    self.values = values
  }
}

/// What a label is asked.
public struct LabelOperator: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let `in` = LabelOperator(rawValue: "In")
  /// True for an object without the label.
  public static let notIn = LabelOperator(rawValue: "NotIn")
  public static let exists = LabelOperator(rawValue: "Exists")
  public static let doesNotExist = LabelOperator(rawValue: "DoesNotExist")
}

extension LabelSelector: CustomStringConvertible {
  /// As `kubectl` writes it: "app=web,tier in (a,b),!old"; "<none>" where every object is meant.
  public var description: String {
    let equal = matchLabels.map { (key: $0.key, text: "\($0.key)=\($0.value)") }
    let others = matchExpressions.map { (key: $0.key, text: $0.description) }
    let texts = (equal + others).sorted { ($0.key, $0.text) < ($1.key, $1.text) }.map(\.text)
    return texts.isEmpty ? "<none>" : texts.joined(separator: ",")
  }
}

extension LabelSelectorRequirement: CustomStringConvertible {
  public var description: String {
    let list = "(" + values.sorted().joined(separator: ",") + ")"
    return switch `operator` {
    case .in: "\(key) in \(list)"
    case .notIn: "\(key) notin \(list)"
    case .exists: key
    case .doesNotExist: "!\(key)"
    default: "\(key) \(`operator`) \(list)"
    }
  }
}
