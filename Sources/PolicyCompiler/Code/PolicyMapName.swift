/// Maps of a policy's own, as its programs name them; at most 15 characters.
public enum PolicyMapName {
  /// Not more than a name: the loader makes an array of one element of it, and freezes it.
  static let data = ".rodata"
  static let sourcePrefixes = "cali_p_src_nets"
  static let destinationPrefixes = "cali_p_dst_nets"
  static let sourceSets = "cali_p_src_sets"
  static let destinationSets = "cali_p_dst_sets"
  static let sourcePortSets = "cali_p_src_port"
  static let destinationPortSets = "cali_p_dst_port"
  /// Packets that met each rule; all programs of a policy share it.
  public static let counters = "cali_p_counters"
}
