/// What selectors of Calico must fulfil. Their language is another module's.
public struct SelectorRule: Sendable {
  /// Characters of a selector.
  public static let limit = 1024

  private let problem: @Sendable (String) -> String?

  /// - Parameter problem: what is wrong with a selector's text, a sentence; nil where nothing is.
  public init(_ problem: @escaping @Sendable (String) -> String?) { self.problem = problem }

  func errors(_ text: String, _ field: String) -> [FieldError] {
    if text.contains("global(") {
      return [.invalid(field, text, "global() can only be used in an EntityRule namespaceSelector")]
    }
    return languageErrors(text, field)
  }

  /// Of the namespaceSelector of a rule: it may be `global()`, and nothing else beside it.
  func namespaceErrors(_ text: String, _ field: String) -> [FieldError] {
    if text.contains("global("), text.filter({ $0 != " " && $0 != "\t" }) != "global()" {
      return [.invalid(field, text, "global() cannot be combined with other selectors")]
    }
    return languageErrors(text, field)
  }

  private func languageErrors(_ text: String, _ field: String) -> [FieldError] {
    if text.unicodeScalars.count > Self.limit { return [.tooLong(field, limit: Self.limit)] }
    return problem(text).map { [.invalid(field, text, $0)] } ?? []
  }
}
