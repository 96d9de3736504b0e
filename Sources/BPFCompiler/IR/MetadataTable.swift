/// The numbered and named metadata of a module.
struct MetadataTable {
  /// `!7 = ...`: what follows the equals sign.
  private(set) var nodes: [Int: String] = [:]
  /// `!llvm.dbg.cu = !{...}` and the like, in order.
  var named: [(name: String, value: String)] = []
  private var last = -1

  /// Takes one line that begins with `!`.
  mutating func read(_ line: String) {
    guard let equals = line.range(of: " = ") else { return }
    let name = line[..<equals.lowerBound]
    let value = String(line[equals.upperBound...])
    if let number = Int(name.dropFirst()) {
      nodes[number] = value
      last = max(last, number)
    } else {
      named.append((String(name), value))
    }
  }

  subscript(number: Int) -> String? {
    get { nodes[number] }
    set { nodes[number] = newValue }
  }

  /// The specialised node (`!DISomething(...)`) with that number.
  func node(_ number: Int?) -> MetadataNode? {
    number.flatMap { nodes[$0] }.flatMap { MetadataNode(parsing: $0) }
  }

  mutating func set(_ number: Int, _ node: MetadataNode) { nodes[number] = node.text }

  /// Adds a node and gives its number.
  mutating func add(_ text: String) -> Int {
    last += 1
    nodes[last] = text
    return last
  }

  mutating func add(_ node: MetadataNode) -> Int { add(node.text) }

  /// Adds a list of nodes and gives its number.
  mutating func add(list: [Int]) -> Int { add(Self.list(list)) }

  /// `!{!1, !2}`.
  static func list(_ numbers: [Int]) -> String { "!{\(numbers.map { "!\($0)" }.joined(separator: ", "))}" }

  /// The numbers in a `!{!1, !2}` node; empty for nil.
  func list(_ number: Int?) -> [Int] { number.flatMap { nodes[$0] }.map(Self.numbers(inList:)) ?? [] }

  /// The numbers in `!{!1, !2}`.
  static func numbers(inList text: String) -> [Int] {
    guard text.hasPrefix("!{") else { return [] }
    return Tokens.commaSeparated(text.dropFirst(2).dropLast()).compactMap { Int($0.dropFirst()) }
  }

  /// Drops every numbered node that neither `roots` nor the named metadata reach.
  mutating func keepReachable(from roots: [String]) {
    var kept: [Int: String] = [:]
    var pending = roots + named.map(\.value)
    while let text = pending.popLast() {
      Self.forEachReference(in: text) { number in
        guard kept[number] == nil, let node = nodes[number] else { return }
        kept[number] = node
        pending.append(node)
      }
    }
    nodes = kept
  }

  private static func forEachReference(in text: String, _ visit: (Int) -> Void) {
    var rest = text.startIndex
    while let hit = text.range(of: "!", from: rest) {
      let digits = text[hit.upperBound...].prefix { $0.isNumber }
      if let number = Int(digits) { visit(number) }
      rest = digits.endIndex
    }
  }

  var text: String {
    named.map { "\($0.name) = \($0.value)\n" }.joined()
      + nodes.sorted { $0.key < $1.key }.map { "!\($0.key) = \($0.value)\n" }.joined()
  }
}
