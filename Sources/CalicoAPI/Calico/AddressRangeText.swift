/// Ranges of addresses as people write them, told from other text.
public enum AddressRangeText {
  /// Whether the text is "10.65.0.0/16", "fd65::/64", or a lone address of either family.
  public static func isRange(_ text: String) -> Bool { AddressRange(text) != nil }
}
