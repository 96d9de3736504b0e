import KubernetesClient
import Testing

@Suite("An informer follows the API server")
struct FollowTests {
  @Test("a list in pages, then a watch from the list's version")
  func pagesThenWatch() async throws {
    let server = FakeServer([
      .json(pageJSON(["a@1", "b@2"], version: "9", next: "t1")),
      .json(pageJSON(["c@3"], version: "9")),
      .stream([.text(eventLine("ADDED d@10") + eventLine("MODIFIED a@11")), .text(eventLine("DELETED b@12")), .hold]),
    ])
    let deltas = try await server.serve { try await follow(port: $0, until: 7) }
    #expect(deltas == ["+a@1", "+b@2", "+c@3", "synced", "+d@10", "~a@11", "-b"])
    #expect(server.asked.map(\.short) == ["list", "list continue=t1", "watch from 9"])
    #expect(server.asked[0].path == "/apis/test.example/v1/gadgets")
    #expect(server.asked[0].query["limit"] == "500")
    #expect(server.asked[2].query["allowWatchBookmarks"] == "true")
    let timeout = try #require(server.asked[2].query["timeoutSeconds"].flatMap { Int($0) })
    #expect((300...600).contains(timeout))
  }

  @Test("a watch that the server ends goes on from the last bookmark")
  func bookmark() async throws {
    let bookmark = #"{"type":"BOOKMARK","object":{"kind":"Gadget","metadata":{"resourceVersion":"20"}}}"# + "\n"
    let server = FakeServer([
      .json(pageJSON(["a@1"], version: "9")),
      .stream([.text(eventLine("MODIFIED a@10") + bookmark), .pause(.milliseconds(60))]),
      .stream([.text(eventLine("MODIFIED a@21")), .hold]),
    ])
    let deltas = try await server.serve { try await follow(port: $0, until: 4) }
    #expect(deltas == ["+a@1", "synced", "~a@10", "~a@21"])
    #expect(server.asked.map(\.short) == ["list", "watch from 9", "watch from 20"])
  }

  @Test("a connection cut in the middle of a line loses nothing and repeats nothing")
  func cut() async throws {
    let half = String(eventLine("ADDED b@11").prefix(30))
    let server = FakeServer([
      .json(pageJSON(["a@1"], version: "9")),
      .stream([.text(eventLine("MODIFIED a@10") + half), .pause(.milliseconds(20)), .cut]),
      .stream([.text(eventLine("ADDED b@11")), .hold]),
    ])
    let log = KeptLog()
    let deltas = try await server.serve { try await follow(port: $0, until: 4, log: log) }
    #expect(deltas == ["+a@1", "synced", "~a@10", "+b@11"])
    #expect(server.asked.map(\.short) == ["list", "watch from 9", "watch from 10"])
    #expect(log.lines.count == 3, "\(log.lines)")
  }

  @Test("410 as an event: list anew, tell the difference only")
  func expiredEvent() async throws {
    let gone = #"{"type":"ERROR","object":\#(statusJSON(410, "Expired", "too old resource version: 9 (50)"))}"# + "\n"
    let server = FakeServer([
      .json(pageJSON(["a@1", "b@2", "c@3"], version: "9")),
      .stream([.text(gone)]),
      .json(pageJSON(["a@1", "b@60", "d@61"], version: "70")),
      .stream([.text(eventLine("MODIFIED d@71")), .hold]),
    ])
    let log = KeptLog()
    let deltas = try await server.serve { try await follow(port: $0, until: 8, log: log) }
    #expect(deltas == ["+a@1", "+b@2", "+c@3", "synced", "~b@60", "+d@61", "-c", "~d@71"])
    #expect(server.asked.map(\.short) == ["list", "watch from 9", "list", "watch from 70"])
    #expect(
      log.lines == [
        "notice: gadgets: in sync with the API server, 3 objects",
        "info: gadgets: listing anew: the API server ended the watch with 410 Expired: too old resource version: 9 (50)",
      ])
  }

  @Test("410 as an answer comes to the same")
  func expiredAnswer() async throws {
    let server = FakeServer([
      .json(pageJSON(["a@1"], version: "9")),
      .json(statusJSON(410, "Gone", "too old"), status: 410),
      .json(pageJSON(["b@20"], version: "21")),
    ])
    let deltas = try await server.serve { try await follow(port: $0, until: 4) }
    #expect(deltas == ["+a@1", "synced", "+b@20", "-a"])
  }

  @Test("410 between two pages: the list starts from its first page")
  func expiredPage() async throws {
    let server = FakeServer([
      .json(pageJSON(["a@1", "b@2"], version: "9", next: "t1")),
      .json(statusJSON(410, "Expired", "token too old"), status: 410),
      .json(pageJSON(["b@2", "c@3"], version: "12")),
    ])
    let deltas = try await server.serve { try await follow(port: $0, until: 5) }
    #expect(deltas == ["+a@1", "+b@2", "+c@3", "-a", "synced"])
    #expect(server.asked.prefix(3).map(\.short) == ["list", "list continue=t1", "list"])
  }

  @Test("500s are waited out: one line when it starts, one when it is over")
  func serverErrors() async throws {
    let error = FakeServer.Answer.json(statusJSON(500, "InternalError", "etcd is away"), status: 500)
    let server = FakeServer([
      error, error, error, error, .json(pageJSON(["a@1"], version: "9")),
      .stream([.text(eventLine("ADDED b@10")), .hold]),
    ])
    let log = KeptLog()
    let deltas = try await server.serve { try await follow(port: $0, until: 3, log: log) }
    #expect(deltas == ["+a@1", "synced", "+b@10"])
    #expect(
      log.lines == [
        "warning: list gadgets: the API server refused with 500 InternalError: etcd is away; trying again until it works",
        "notice: gadgets: in sync with the API server, 1 objects",
        "notice: gadgets: following again, after 4 failed attempts",
      ])
  }

  @Test("429 with Retry-After is obeyed")
  func tooManyRequests() async throws {
    let server = FakeServer([
      .json(statusJSON(429, "TooManyRequests", "slow down"), status: 429, headers: ["Retry-After": "1"]),
      .json(pageJSON(["a@1"], version: "9")),
    ])
    var settings = quick
    settings.backoffCap = .seconds(5)
    let start = ContinuousClock.now
    let deltas = try await server.serve { [settings] in try await follow(port: $0, until: 2, settings: settings) }
    #expect(deltas == ["+a@1", "synced"])
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  @Test("a server that goes away and comes back is followed from where it was left")
  func awayAndBack() async throws {
    let first = FakeServer([
      .json(pageJSON(["a@1"], version: "9")), .stream([.text(eventLine("ADDED b@10")), .hold]),
    ])
    let second = FakeServer([.stream([.text(eventLine("DELETED a@11")), .hold])])
    let log = KeptLog()
    let port = try await first.serve { $0 }
    let following = Task { try await follow(port: port, until: 4, log: log) }
    try await first.serve(port: port) { _ in
      for _ in 0..<200 where !first.isScriptOver { try await Task.sleep(for: .milliseconds(10)) }
      try await Task.sleep(for: .milliseconds(50))
    }
    try await Task.sleep(for: .milliseconds(300))
    try await second.serve(port: port) { _ in
      let deltas = try await following.value
      #expect(deltas == ["+a@1", "synced", "+b@10", "-a"])
    }
    #expect(second.asked.first?.short == "watch from 10")
    #expect(log.lines.last?.hasPrefix("notice: gadgets: following again, after ") == true)
    // However often the parting server cut a new watch: one line when it fails, and the next only after it worked again.
    let failing = log.lines.map { $0.hasPrefix("warning: ") }
    #expect(!zip(failing, failing.dropFirst()).contains { $0 && $1 }, "\(log.lines)")
  }

  @Test("a watch that is silent beyond the idle limit is opened again without a fuss")
  func silence() async throws {
    let server = FakeServer([
      .json(pageJSON(["a@1"], version: "9")), .stream([.text(eventLine("ADDED b@10")), .hold]),
      .stream([.text(eventLine("ADDED c@11")), .hold]),
    ])
    var limits = APIClient.Limits()
    limits.idle = .seconds(2)
    let log = KeptLog()
    let deltas = try await server.serve { [limits] in
      try await follow(port: $0, until: 4, limits: limits, log: log)
    }
    #expect(deltas == ["+a@1", "synced", "+b@10", "+c@11"])
    #expect(server.asked[2].short == "watch from 10")
    #expect(log.lines.count == 1, "\(log.lines)")
  }

  @Test("an object that cannot be read does not spoil the others, and is not taken for deleted")
  func undecodable() async throws {
    let bad = #"{"metadata":{"name":"b","namespace":"ns","resourceVersion":"21"},"size":"big"}"#
    let gone = #"{"type":"ERROR","object":\#(statusJSON(410, "Expired", "old"))}"# + "\n"
    let server = FakeServer([
      .json(pageJSON(["a@1", "b@2"], version: "9")),
      .stream([.text(gone)]),
      .json(#"{"metadata":{"resourceVersion":"22"},"items":[\#(gadgetJSON("a@20")),\#(bad)]}"#),
      .stream([.text(#"{"type":"MODIFIED","object":\#(bad)}"# + "\n" + eventLine("MODIFIED b@23")), .hold]),
    ])
    let log = KeptLog()
    let deltas = try await server.serve { try await follow(port: $0, until: 5, log: log) }
    #expect(deltas == ["+a@1", "+b@2", "synced", "~a@20", "~b@23"])
    let errors = log.lines.filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 2)
    #expect(
      errors.first?.hasPrefix("error: gadgets: ns/b cannot be read and keeps its last known state: size: ") == true)
  }
}
