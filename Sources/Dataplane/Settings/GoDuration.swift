/// Durations as Go writes them ("1h0m0s", "1.5s", "300ms"), which is how Calico's configuration has them.
public enum GoDuration {
  /// Nil for anything that Go's `time.ParseDuration` refuses, for negative ones, and for more than 64 bits hold.
  public static func nanoseconds(_ text: String) -> UInt64? {
    if text == "0" { return 0 }
    var rest = Substring(text)
    if rest.first == "+" { rest.removeFirst() }
    guard !rest.isEmpty else { return nil }
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let part = takePart(&rest) else { return nil }
      let (sum, overflows) = total.addingReportingOverflow(part)
      guard !overflows, sum <= UInt64(Int64.max) else { return nil }
      total = sum
    }
    return total
  }

  /// A number, perhaps with a fraction, and its unit.
  private static func takePart(_ rest: inout Substring) -> UInt64? {
    let whole = takeDigits(&rest)
    var fraction = Substring()
    if rest.first == "." {
      rest.removeFirst()
      fraction = takeDigits(&rest)
    }
    guard !(whole.isEmpty && fraction.isEmpty), let unit = takeUnit(&rest) else { return nil }
    guard let count = whole.isEmpty ? 0 : UInt64(whole) else { return nil }
    let (nanoseconds, overflows) = count.multipliedReportingOverflow(by: unit)
    guard !overflows else { return nil }
    // Digits beyond the nanosecond do not count.
    var (scale, extra) = (unit, UInt64(0))
    for digit in fraction.utf8 {
      scale /= 10
      extra += UInt64(digit - 48) * scale
    }
    let (sum, isTooLong) = nanoseconds.addingReportingOverflow(extra)
    return isTooLong ? nil : sum
  }

  private static func takeDigits(_ rest: inout Substring) -> Substring {
    let digits = rest.prefix { ("0"..."9").contains($0) && $0.utf8.count == 1 }
    rest = rest[digits.endIndex...]
    return digits
  }

  private static func takeUnit(_ rest: inout Substring) -> UInt64? {
    let name = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
    rest = rest[name.endIndex...]
    return units[String(name)]
  }

  /// Both signs for micro, U+00B5 and U+03BC, as in Go.
  private static let units: [String: UInt64] = [
    "ns": 1, "us": 1000, "\u{b5}s": 1000, "\u{3bc}s": 1000, "ms": 1_000_000, "s": 1_000_000_000,
    "m": 60_000_000_000, "h": 3_600_000_000_000,
  ]
}
