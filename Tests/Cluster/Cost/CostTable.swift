@testable import Lab

/// Medians and quartiles of what a route's rounds took, and their relation to those of bare forwarding in the same rounds.
struct CostTable {
  let routes: [CostRoute]
  let times: [[CostThread.Times]]
  /// How many of what is counted (transactions, gigabytes) a round has.
  let count: Double
  /// "IPv4 pod to pod: 14.21 µs"; `scale` is what seconds are multiplied by.
  let unit: String
  let scale: Double

  func print(_ title: String) {
    Swift.print("\(title): \(unit), median (quartiles); of bare; by the clock; of bare")
    for (index, route) in routes.enumerated() {
      guard let bare = routes.firstIndex(where: { $0.way == .bare && $0.address.family == route.address.family }) else {
        continue
      }
      let columns = [\CostThread.Times.cpu, \.clock].flatMap { path in
        [figures(times[index].map { $0[keyPath: path] }), ratio(index, to: bare, path)]
      }
      let family = route.address.family == .ipv4 ? "IPv4" : "IPv6"
      Swift.print("| \(family) | \(route.way.rawValue) | \(columns.joined(separator: " | ")) |")
    }
  }

  private func figures(_ seconds: [Double]) -> String {
    let each = seconds.map { $0 / count * scale }.sorted()
    let parts = [each.count / 4, each.count / 2, each.count * 3 / 4].map { Self.text(each[$0], 2) }
    return "\(parts[1]) (\(parts[0]) to \(parts[2]))"
  }

  /// The median of the rounds' own ratios, with quartiles.
  private func ratio(_ index: Int, to bare: Int, _ path: KeyPath<CostThread.Times, Double>) -> String {
    let each = zip(times[index], times[bare]).map { $0[keyPath: path] / $1[keyPath: path] }.sorted()
    let parts = [each.count / 4, each.count / 2, each.count * 3 / 4].map { Self.text(each[$0], 3) }
    return "\(parts[1]) (\(parts[0]) to \(parts[2]))"
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    let factor = digits == 2 ? 100 : 1000
    let whole = Int((value * Double(factor)).rounded())
    let fraction = String(whole % factor)
    return "\(whole / factor).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }
}
