/// What lists of values must fulfil, whatever the values mean.
enum ListRules {
  /// - Parameter limit: elements that there may be.
  static func countErrors(_ count: Int, _ field: String, limit: Int) -> [FieldError] {
    count > limit ? [.tooMany(field, count, limit)] : []
  }

  /// Each value may be there once.
  static func duplicateErrors(_ values: [String], _ field: String) -> [FieldError] {
    var seen: Set<String> = []
    return values.enumerated().compactMap { index, value in
      seen.insert(value).inserted ? nil : .duplicate("\(field)[\(index)]", value)
    }
  }

  static func notSupportedErrors(_ value: String, _ field: String, _ supported: [String]) -> [FieldError] {
    supported.contains(value) ? [] : [.notSupported(field, value, supported)]
  }

  /// The error of a number outside of a range, in the words of a custom resource's schema.
  static func rangeErrors<Number: BinaryInteger>(
    _ value: Number, _ field: String, _ range: ClosedRange<Number>
  ) -> [FieldError] {
    if range.contains(value) { return [] }
    let limit =
      value < range.lowerBound
      ? "greater than or equal to \(range.lowerBound)" : "less than or equal to \(range.upperBound)"
    return [.invalid(field, value, "\(field) in body should be \(limit)")]
  }
}
