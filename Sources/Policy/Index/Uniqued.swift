extension Array where Element: Hashable {
  /// Each element where it first is.
  var uniqued: [Element] {
    guard count > 1 else { return self }
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
