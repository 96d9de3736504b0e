import Glibc
import Policy
import Testing

@Suite("What the index costs")
struct IndexMeasureTests {
  /// `APUS_MEASURE=1 swift test -c release --filter IndexMeasureTests` prints the figures of docs/policy.md.
  @Test("100,000 endpoints, 10,000 sets", .enabled(if: getenv("APUS_MEASURE") != nil))
  func measured() throws {
    var cluster = MeasuredCluster()
    let pods = (0..<MeasuredCluster.podCount).map { cluster.pod($0) }
    let definitions = try (0..<MeasuredCluster.setCount).map { try cluster.definition($0) }
    let before = residentBytes()
    var index = IPSetIndex()

    let fill = cpuTime {
      for (number, definition) in definitions.enumerated() { index.activate(IPSetID("set-\(number)"), definition) }
      cluster.tellParents(&index)
      for (number, pod) in pods.enumerated() { index.setObject(MeasuredCluster.podID(number), pod) }
    }
    let members = index.takeChanges().values.reduce(0) { $0 + $1.added.count }
    print("fill: \(fill) for \(pods.count) endpoints and \(definitions.count) sets, \(members) memberships")
    print("memory: \((residentBytes() - before) >> 20) MiB")

    print("updates: \(try replacePods(&index, &cluster)) a second, one core")
    print("a namespace's labels, 200 endpoints: \(relabelNamespaces(&index))")
    print("a new set: \(try addSets(&index))")
    print("memory afterwards: \((residentBytes() - before) >> 20) MiB")
  }

  /// A pod goes, another one comes in its place with another address: two updates.
  private func replacePods(_ index: inout IPSetIndex, _ cluster: inout MeasuredCluster) throws -> Int {
    let count = 50_000
    let replacements = (0..<count).map { number in
      (MeasuredCluster.podID(number * 7 % MeasuredCluster.podCount), cluster.pod(number * 7 % MeasuredCluster.podCount))
    }
    var changes = 0
    let time = cpuTime {
      for (number, (id, pod)) in replacements.enumerated() {
        index.removeObject(id)
        index.setObject(id, pod)
        if number % 50 == 0 { changes += index.takeChanges().count }
      }
    }
    try #require(changes > count / 2)
    return Int(Double(2 * count) / (time / .seconds(1)))
  }

  private func relabelNamespaces(_ index: inout IPSetIndex) -> Duration {
    let time = cpuTime {
      for namespace in 0..<100 {
        let labels = MeasuredCluster.namespaceLabels(namespace, round: 1)
        index.setParent(LabelParentID("kns.namespace-\(namespace)"), labels: labels)
        _ = index.takeChanges()
      }
    }
    return time / 100
  }

  private func addSets(_ index: inout IPSetIndex) throws -> Duration {
    let selectors = try (0..<100).map {
      try Selector(
        "projectcalico.org/orchestrator == 'k8s' && projectcalico.org/namespace == 'namespace-\($0)' && app == 'app-\($0 % 20)'"
      )
    }
    let time = cpuTime {
      for (number, selector) in selectors.enumerated() {
        index.activate(IPSetID("new-\(number)"), .selector(selector))
        _ = index.takeChanges()
      }
    }
    return time / 100
  }

  /// Of this thread: others may use the machine meanwhile.
  private func cpuTime(_ body: () -> Void) -> Duration {
    func now() -> Duration {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    body()
    return now() - start
  }

  private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let fields = String(decoding: line.map(UInt8.init(bitPattern:)), as: UTF8.self).split(separator: " ")
    return (Int(fields.dropFirst().first ?? "0") ?? 0) * sysconf(Int32(_SC_PAGESIZE))
  }
}
