/// The end of program runs that are under way.
public enum GracePeriod {
  /// Waits until every run of a program that does not sleep, and that began before, has ended: a program that was replaced before
  /// this call does nothing any more after it.
  ///
  /// The kernel promises this to whoever changes a map of maps (`maybe_wait_bpf_programs`), so that is done.
  public static func wait() throws(KernelError) {
    let inner = MapSpec(name: "grace", type: .array, key: UInt32.self, value: UInt32.self, maxEntries: 1)
    var outer = MapSpec(name: "grace_periods", type: .arrayOfMaps, key: UInt32.self, value: UInt32.self, maxEntries: 1)
    outer.inner = [inner]
    try Map.create(outer).setMap(at: 0, Map.create(inner))
  }
}
