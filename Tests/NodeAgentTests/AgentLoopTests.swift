import Dataplane
import KubernetesClient
import Logging
import Testing

@testable import NodeAgent

@Suite("Watch, calculate, reconcile")
struct AgentLoopTests {
  private static func loop(
    _ kernel: RecordingKernel, nodeName: String = "node1"
  ) -> (AgentLoop<RecordingKernel>, SharedStatus) {
    let status = SharedStatus()
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let loop = AgentLoop(
      kernel: kernel, driver: kernel.driver(), model: ClusterModel(nodeName: nodeName), status: status, logger: logger)
    return (loop, status)
  }

  /// Waits, at most some seconds, until the status is as wanted.
  private static func wait(
    _ status: SharedStatus, until isReached: @Sendable (AgentStatus) -> Bool
  ) async throws -> AgentStatus {
    for _ in 0..<500 {
      let value = status.value
      if isReached(value) { return value }
      try await Task.sleep(for: .milliseconds(10))
    }
    return status.value
  }

  @Test("nothing is touched before everything was listed once")
  func nothingBeforeSync() async throws {
    let kernel = RecordingKernel(SampleCluster.interfaces)
    let (loop, status) = Self.loop(kernel)
    await loop.take(SampleCluster.changes + SampleCluster.synced.dropLast())
    await loop.interfacesChanged()
    await loop.resync()
    _ = try await Self.wait(status) { $0.awaitedKinds == ["endpointslices"] }
    #expect(kernel.effects == [])
    #expect(status.value.report == nil)
    await loop.take(SampleCluster.synced.suffix(1))
    let synced = try await Self.wait(status) { $0.report != nil }
    #expect(synced.report?.failures == [])
    #expect(kernel.effects.contains("up 7"))
  }

  @Test("a cluster without our node is left alone, and the reason is on the readiness page")
  func unknownNode() async throws {
    let kernel = RecordingKernel(SampleCluster.interfaces)
    let (loop, status) = Self.loop(kernel, nodeName: "node9")
    await loop.take(SampleCluster.changes + SampleCluster.synced)
    let value = try await Self.wait(status) { $0.isSynced }
    #expect(kernel.effects == [])
    let page = HealthReport.page(HealthReport.readiness(value, watches: [], nodeName: "node9"))
    #expect(page.contains("node        BAD   the cluster has no node node9"))
  }

  @Test("a burst of changes costs far fewer turns than changes")
  func coalesces() async throws {
    let kernel = RecordingKernel(SampleCluster.interfaces)
    let (loop, status) = Self.loop(kernel)
    await loop.take(SampleCluster.changes + SampleCluster.synced)
    _ = try await Self.wait(status) { $0.report != nil }
    let before = status.value.applyTime.count
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 { group.addTask { await loop.interfacesChanged() } }
    }
    _ = try await Self.wait(status) { $0.applyTime.count > before }
    #expect(status.value.applyTime.count - before < 100)
  }

  @Test("what fails is tried again by itself, and counted")
  func triesAgain() async throws {
    let kernel = RecordingKernel(SampleCluster.interfaces)
    kernel.fail(true)
    let (loop, status) = Self.loop(kernel)
    await loop.take(SampleCluster.changes + SampleCluster.synced)
    let failed = try await Self.wait(status) { $0.report != nil }
    #expect(failed.report?.failures.isEmpty == false)
    #expect(failed.failedApplies == 1)
    kernel.fail(false)
    let healed = try await Self.wait(status) { $0.report?.failures.isEmpty == true }
    #expect(healed.report?.failures == [])
    #expect(healed.report?.readyWorkloads.count == 1)
  }
}
