import EBPF

/// Holds every probe against the version that the table promises.
enum FeatureCheck {
  static func run(_ report: inout Report) {
    guard let running = KernelVersion.running else {
      report.check("kernel version") { throw Unexpected("the kernel's release is no version") }
      return
    }
    for feature in Feature.all {
      report.check("feature \(feature.name)") {
        let promised = running >= feature.since
        try expect("availability on \(running), promised since \(feature.since),", feature.isAvailable(), promised)
        return promised ? "there" : "not there, as promised"
      }
    }
  }
}
