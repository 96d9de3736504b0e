extension Selector {
  /// A namespaceSelector, as a selector of endpoints and network sets: what is in the namespaces that it selects. `all()` in it is
  /// whatever is in a namespace, `global()` whatever is in none.
  public static func inNamespaces(_ namespaceSelector: Selector) -> Selector {
    Selector(root: namespaceSelector.root.folded(LabelName.namespacePrefix, all: LabelName.namespace))
  }

  /// A serviceAccountSelector, as a selector of endpoints: the pods of the service accounts that it selects. `all()` in it is
  /// whatever has a service account.
  public static func ofServiceAccounts(_ serviceAccountSelector: Selector) -> Selector {
    Selector(root: serviceAccountSelector.root.folded(LabelName.serviceAccountPrefix, all: LabelName.serviceAccount))
  }

  /// What is in the namespace of this name. Throws where a namespace cannot have it.
  public static func inNamespace(_ name: String) throws(SelectorError) -> Selector {
    try .label(LabelName.namespace, equals: name)
  }

  /// The pods of the service accounts of these names, in any namespace. Throws where service accounts cannot have them.
  public static func ofServiceAccounts(named names: some Sequence<String>) throws(SelectorError) -> Selector {
    try .label(LabelName.serviceAccount, among: names)
  }
}

extension SelectorNode {
  /// With `prefix` before each label's name, and `all()` turned into "has the label that `all` names".
  fileprivate func folded(_ prefix: String, all label: String) -> SelectorNode {
    switch self {
    case .all: .label(ExactText(label), .exists)
    case .global: .not(.label(ExactText(LabelName.namespace), .exists))
    case .label(let name, let test): .label(ExactText(prefix + name.string), test)
    case .not(let operand): operand.folded(prefix, all: label).negated
    case .and(let operands): .and(operands.map { $0.folded(prefix, all: label) })
    case .or(let operands): .or(operands.map { $0.folded(prefix, all: label) })
    }
  }
}
