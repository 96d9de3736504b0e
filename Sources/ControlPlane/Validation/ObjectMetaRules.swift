import CalicoAPI

/// What every object's metadata must fulfil.
enum ObjectMetaRules {
  /// Total bytes of annotation keys and values that an object may carry.
  static let maximumAnnotationBytes = 256 * 1024

  static func validate(_ object: JSON, kind: ResourceDescriptor, old: JSON?) -> [FieldError] {
    let metadata = object["metadata"] ?? [:]
    var errors: [FieldError] = []
    if old == nil {
      errors += nameErrors(metadata, rule: kind.nameRule)
    } else {
      errors += immutableErrors(metadata, old: old?["metadata"] ?? [:])
    }
    errors += labelErrors(metadata["labels"], field: "metadata.labels")
    errors += annotationErrors(metadata["annotations"])
    return errors
  }

  private static func nameErrors(_ metadata: JSON, rule: NameRule) -> [FieldError] {
    guard let name = metadata["name"]?.string, !name.isEmpty else {
      return [.required("metadata.name", "name or generateName is required")]
    }
    return rule.problems(name).map { .invalid("metadata.name", .string(name), $0) }
  }

  private static func immutableErrors(_ metadata: JSON, old: JSON) -> [FieldError] {
    ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"]
      .filter { metadata[$0] != old[$0] }
      .map { .invalid("metadata.\($0)", metadata[$0] ?? .null, "field is immutable") }
  }

  /// Checks a map of labels, also those of selectors.
  static func labelErrors(_ labels: JSON?, field: String) -> [FieldError] {
    var errors: [FieldError] = []
    for (key, value) in (labels?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
      errors += LabelRule.keyProblems(key).map { .invalid(field, .string(key), $0) }
      errors += LabelRule.valueProblems(value.string ?? "").map { .invalid(field, value, $0) }
    }
    return errors
  }

  private static func annotationErrors(_ annotations: JSON?) -> [FieldError] {
    let members = annotations?.object ?? [:]
    var errors: [FieldError] = []
    for key in members.keys.sorted() {
      errors += LabelRule.keyProblems(key.lowercased()).map {
        .invalid("metadata.annotations", .string(key), $0)
      }
    }
    let bytes = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    if bytes > maximumAnnotationBytes {
      errors.append(
        FieldError(
          reason: .tooLong, field: "metadata.annotations",
          message: "Too long: may not be more than \(maximumAnnotationBytes) bytes"))
    }
    return errors
  }
}
