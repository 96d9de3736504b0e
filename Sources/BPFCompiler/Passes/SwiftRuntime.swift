/// What belongs to the Swift runtime, and so can never be part of a program in the kernel.
enum SwiftRuntime {
  /// Whether the symbol is one that allocates, counts references or initialises lazily.
  static func isEntryPoint(_ symbol: String) -> Bool {
    symbol.hasPrefix("swift_") || symbol.hasPrefix("_swift_") || names.contains(symbol)
  }

  private static let names: Set = ["posix_memalign", "free", "malloc", "arc4random_buf", "putchar"]
}
