import Testing

@testable import EBPF

@Suite("Features")
struct FeatureTests {
  @Test(
    "Kernel releases, as distributions write them",
    arguments: [
      ("6.12.117+deb12-cloud-amd64", KernelVersion(6, 12, 117)), ("6.1.0-56-cloud-amd64", KernelVersion(6, 1, 0)),
      ("5.10", KernelVersion(5, 10)), ("6.18.44-fc-v595\n", KernelVersion(6, 18, 44)),
      ("6.19.0-rc1", KernelVersion(6, 19)),
    ])
  func versions(_ release: String, _ version: KernelVersion) {
    #expect(KernelVersion(release: release) == version)
  }

  @Test("Not releases", arguments: ["", "linux", "6", "6.", "-6.1", "99999999999999999999.1"])
  func noVersions(_ release: String) { #expect(KernelVersion(release: release) == nil) }

  @Test("Versions compare number by number")
  func order() {
    #expect(KernelVersion(5, 10) < KernelVersion(6, 1))
    #expect(KernelVersion(6, 6) < KernelVersion(6, 12))
    #expect(!(KernelVersion(6, 12, 1) < KernelVersion(6, 12)))
  }

  @Test(
    "Each probe answers as the table promises for this kernel",
    .enabled(if: Privileges.isRoot && KernelVersion.running != nil, "needs root"), arguments: Feature.all.indices)
  func probes(_ index: Int) throws {
    let feature = Feature.all[index]
    let running = try #require(KernelVersion.running)
    #expect(try feature.isAvailable() == (running >= feature.since), "\(feature.name) on \(running)")
  }

  @Test("A missing feature names the version that has it", .enabled(if: Privileges.isRoot, "needs root"))
  func missing() {
    let feature = Feature(name: "time travel", since: KernelVersion(9, 9)) { () throws(KernelError) in false }
    let error = #expect(throws: KernelError.self) { try feature.require() }
    #expect(error?.description.hasSuffix("lacks it. It is in mainline kernels since 9.9.0.") == true)
  }

  @Test("Lists of CPUs", arguments: [("0-3\n", 4), ("0", 1), ("0-1,4-5,8", 5)])
  func cpus(_ list: String, _ count: Int) { #expect(PossibleCPUs.parse(list) == count) }

  @Test("No lists of CPUs", arguments: ["", "a", "3-1", "1-2-3", "-1", "0-99999999999"])
  func noCPUs(_ list: String) { #expect(PossibleCPUs.parse(list) == nil) }
}
