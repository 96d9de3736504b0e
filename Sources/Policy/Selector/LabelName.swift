/// Names of labels that have a meaning of their own.
public enum LabelName {
  /// The namespace's name, on whatever is in one.
  public static let namespace = "projectcalico.org/namespace"
  /// The service account's name, on pods.
  public static let serviceAccount = "projectcalico.org/serviceaccount"
  /// "k8s", on pods.
  public static let orchestrator = "projectcalico.org/orchestrator"
  /// The namespace's or service account's name, among the labels that those pass on.
  public static let name = "projectcalico.org/name"

  /// Begins the labels that a namespace passes on to all that is in it.
  public static let namespacePrefix = "pcns."
  /// Begins the labels that a service account passes on to its pods.
  public static let serviceAccountPrefix = "pcsa."

  /// Whether a label may only be passed on: set on a pod itself, it would let the pod pass for one of another namespace or service
  /// account, so it counts for nothing there.
  public static func isOnlyInherited(_ name: String) -> Bool {
    name.utf8.starts(with: namespacePrefix.utf8) || name.utf8.starts(with: serviceAccountPrefix.utf8)
  }
}
