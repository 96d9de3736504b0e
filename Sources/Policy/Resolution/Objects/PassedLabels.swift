import CalicoAPI

extension Pod {
  /// What selectors see of the pod itself: its labels, and those that say which namespace and service account it is of, whatever its own
  /// labels say about that.
  public var policyLabels: [String: String] {
    var labels = metadata.labels
    labels[LabelName.namespace] = metadata.namespace
    labels[LabelName.orchestrator] = "k8s"
    let account = spec.serviceAccountName
    // Calico has no label for longer names.
    labels[LabelName.serviceAccount] = account.isEmpty || account.utf8.count >= 63 ? nil : account
    return labels
  }
}

extension Namespace {
  /// What it passes on to whatever is in it.
  public var passedLabels: [String: String] {
    metadata.passedLabels(LabelName.namespacePrefix)
  }
}

extension ServiceAccount {
  /// What it passes on to the pods that run as it.
  public var passedLabels: [String: String] {
    metadata.passedLabels(LabelName.serviceAccountPrefix)
  }
}

extension ObjectMeta {
  fileprivate func passedLabels(_ prefix: String) -> [String: String] {
    var passed = Dictionary(uniqueKeysWithValues: labels.map { (prefix + $0.key, $0.value) })
    passed[prefix + LabelName.name] = name
    return passed
  }
}

/// Names of the profiles that every pod has.
public enum ProfileName {
  public static func namespace(_ name: String) -> String { "kns.\(name)" }
  public static func serviceAccount(_ name: String, in namespace: String) -> String { "ksa.\(namespace).\(name)" }
}

extension NetworkSet {
  /// What selectors see of the set itself.
  public var policyLabels: [String: String] {
    metadata.labels.merging([LabelName.namespace: metadata.namespace]) { $1 }
  }
}

extension GlobalNetworkSet {
  /// What selectors see of the set: whatever its labels say, it is in no namespace.
  public var policyLabels: [String: String] { metadata.labels.filter { $0.key != LabelName.namespace } }
}

extension HostEndpoint {
  /// What selectors see of the endpoint: whatever its labels say, it is in no namespace.
  public var policyLabels: [String: String] { metadata.labels.filter { $0.key != LabelName.namespace } }
}
