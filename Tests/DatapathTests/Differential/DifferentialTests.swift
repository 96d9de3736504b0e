import Testing

/// `docs/datapath.md` tells how to run more of them, and under sanitizers.
@Suite("The compiled programs and the simulated run agree", .serialized)
struct DifferentialTests {
  @Test("on all that is kept of earlier runs, in which all that programs tell apart comes about")
  func corpus() throws {
    let loads = RunSettings.loads
    let (failures, sights) = try Self.apart { try Corpus.replay(loading: loads) }
    for failure in failures { Issue.record("\(failure)") }
    #expect(Tally(sights).rarer(than: 1).isEmpty, "APUS_CORPUS=extend looks for plays that lead there")
  }

  @Test("on random packets over random maps that change: verdict, octets, mark, maps and counters")
  func random() throws {
    let (seed, packets, loads) = (RunSettings.seed, RunSettings.packets, RunSettings.loads)
    let start = ContinuousClock.now
    let report = try Self.apart { try RandomRun.run(seed: seed, packets: packets, loading: loads) }
    if let failure = report.failure {
      Issue.record("seed \(seed), play \(report.plays): \(failure)")
      return
    }
    let tally = Tally(report.counts)
    // A generator that only made packets that are dropped would prove little.
    #expect(tally.rarer(than: max(1, packets / 50_000)).isEmpty, "seed \(seed)")
    if RunSettings.tells {
      print("seed \(seed): \(report.packets) packets, \(report.plays) plays, \(ContinuousClock.now - start)\n\(tally)")
    }
    if RunSettings.extendsCorpus { print("\(try Corpus.extend(by: report.firsts)) plays added to the corpus") }
  }

  /// Where nobody else's sockets and routes are, if programs are loaded.
  private static func apart<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    RunSettings.loads ? try Surroundings().run(body) : try body()
  }
}
