import CalicoAPI
import Policy

extension SelectorRule {
  /// Selectors as policies understand them.
  static let calico = SelectorRule { text in
    do {
      _ = try Selector(text)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
