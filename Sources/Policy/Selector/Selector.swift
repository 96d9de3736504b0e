/// An expression over labels in Calico's language: `app == "web" && !has(legacy)`.
///
/// Selectors of one meaning may differ; those of equal canonical text are equal.
public struct Selector: Hashable, Sendable {
  let root: SelectorNode
  private let canonical: ExactText

  init(root: SelectorNode) {
    self.root = root
    canonical = ExactText(root.canonicalText)
  }

  /// Text is at most this many Unicode scalars.
  public static let textLimit = 1024
  /// A label's name in text is at most this many bytes.
  public static let labelNameLimit = 512

  /// Empty text selects everything.
  public init(_ text: String) throws(SelectorError) {
    var parser = try SelectorParser(text)
    self.init(root: try parser.parse())
  }

  /// Everything.
  public static let all = Selector(root: .all)

  /// Whether `global()` occurs, which says something only in a namespaceSelector.
  public var usesGlobal: Bool { root.usesGlobal }

  public static func == (left: Selector, right: Selector) -> Bool { left.canonical == right.canonical }
  public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}

extension Selector: CustomStringConvertible {
  /// The canonical text: values in double quotes (single ones if they hold a double quote), members of sets in order and once, `!`
  /// before its operand, parentheses around each `&&` and `||`, `all()` for everything. Read again, it is the same selector.
  public var description: String { canonical.string }
}

extension Selector: Comparable {
  /// By canonical text.
  public static func < (left: Selector, right: Selector) -> Bool { left.canonical < right.canonical }
}

extension SelectorNode {
  fileprivate var usesGlobal: Bool {
    switch self {
    case .global: true
    case .all, .label: false
    case .not(let operand): operand.usesGlobal
    case .and(let operands), .or(let operands): operands.contains(where: \.usesGlobal)
    }
  }
}
