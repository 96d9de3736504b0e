/// One of a Kubernetes LabelSelector's matchExpressions.
public struct LabelRequirement: Hashable, Sendable {
  public var key: String
  /// "In", "NotIn", "Exists" or "DoesNotExist".
  public var op: String
  public var values: [String]

  public init(key: String, op: String, values: [String] = []) {
    self.key = key
    self.op = op
    self.values = values
  }
}

extension Selector {
  /// A Kubernetes LabelSelector: all of it holds; an empty one selects everything. Throws a sentence that names the field.
  public init(matchLabels: [String: String], matchExpressions: [LabelRequirement] = []) throws(SelectorError) {
    var selectors: [Selector] = []
    for (key, value) in matchLabels.sorted(by: { ExactText($0.key) < ExactText($1.key) }) {
      do { selectors.append(try .label(key, equals: value)) } catch {
        throw SelectorError("matchLabels: \(error.reason)")
      }
    }
    for (index, requirement) in matchExpressions.enumerated() {
      do { selectors.append(try requirement.selector()) } catch {
        throw SelectorError("matchExpressions[\(index)]: \(error.reason)")
      }
    }
    self = .every(selectors)
  }
}

extension LabelRequirement {
  /// As in Kubernetes, NotIn holds where the label is absent.
  fileprivate func selector() throws(SelectorError) -> Selector {
    switch op {
    case "In", "NotIn":
      guard !values.isEmpty else { throw SelectorError("\(op) needs at least one value") }
      return op == "In" ? try .label(key, among: values) : try .label(key, notAmong: values)
    case "Exists", "DoesNotExist":
      guard values.isEmpty else { throw SelectorError("\(op) takes no values") }
      return op == "Exists" ? try .has(key) : try .has(key).negated
    default:
      throw SelectorError("the operator \"\(op)\" is none of In, NotIn, Exists and DoesNotExist")
    }
  }
}
