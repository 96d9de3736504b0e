import Testing

@testable import KubernetesClient

private typealias Machine = ReflectorMachine<Gadget>

private func machine(_ change: (inout ReflectorSettings) -> Void = { _ in }) -> Machine {
  var settings = ReflectorSettings()
  settings.backoffBase = .seconds(1)
  settings.backoffCap = .seconds(8)
  change(&settings)
  return Machine(settings: settings, seed: 1)
}

private func page(_ gadgets: [Gadget], _ version: String, next: String = "") -> ReflectorInput<Gadget> {
  .page(ObjectPage(items: gadgets, resourceVersion: version, continueToken: next))
}

private let away = ReflectorFailure(kind: .unreachable, reason: "away")
private let expired = ReflectorFailure(kind: .expired, reason: "too old")

extension ReflectorStep<Gadget> {
  fileprivate var told: [String] { deltas.map(\.short) }
}

extension ReflectorAction {
  fileprivate var isList: Bool { self == .list(continueToken: "") }
  fileprivate func isWatch(from version: String) -> Bool {
    if case .watch(version, _) = self { true } else { false }
  }
  fileprivate var pause: Duration? { if case .sleep(let pause) = self { pause } else { nil } }
}

extension ReflectorMachine<Gadget> {
  /// A machine that has listed `gadgets` and watches.
  fileprivate mutating func settle(_ gadgets: [Gadget], _ version: String) {
    _ = handle(.start)
    _ = handle(page(gadgets, version))
    _ = handle(.watchOpened)
  }
}

@Suite("The reflector's state machine: listing")
struct ReflectorListTests {
  @Test("starts with a list, tells each page at once, is in sync after the last only")
  func pages() {
    var machine = machine()
    #expect(machine.handle(.start).action.isList)
    var step = machine.handle(page([Gadget("a", "1")], "9", next: "t"))
    #expect(step.told == ["+a@1"])
    #expect(step.action == .list(continueToken: "t"))
    #expect(!machine.isSynced)
    step = machine.handle(page([Gadget("b", "2")], "9"))
    #expect(step.told == ["+b@2", "synced"])
    #expect(step.notices == [.synced(objects: 2)])
    #expect(step.action.isWatch(from: "9"))
    #expect(machine.isSynced)
  }

  @Test("an empty cluster is in sync too")
  func empty() {
    var machine = machine()
    _ = machine.handle(.start)
    #expect(machine.handle(page([], "1")).told == ["synced"])
  }

  @Test("a list that fails is not in sync, and goes on at the page that failed")
  func pageFails() {
    var machine = machine()
    _ = machine.handle(.start)
    _ = machine.handle(page([Gadget("a", "1")], "9", next: "t"))
    let step = machine.handle(.listFailed(away))
    #expect(step.told == [])
    #expect(step.action.pause != nil)
    #expect(!machine.isSynced)
    #expect(machine.handle(.slept).action == .list(continueToken: "t"))
    #expect(machine.handle(page([], "9")).told == ["synced"])
  }

  @Test("a page token that is too old starts the list again, and what the second list lacks is deleted")
  func tokenExpires() {
    var machine = machine()
    _ = machine.handle(.start)
    _ = machine.handle(page([Gadget("a", "1"), Gadget("b", "2")], "9", next: "t"))
    let step = machine.handle(.listFailed(expired))
    #expect(step.action.isList)
    #expect(step.notices == [.relisting(reason: "too old")])
    #expect(machine.handle(page([Gadget("b", "5")], "12")).told == ["~b@5", "-a", "synced"])
  }

  @Test("a list without a resourceVersion is not believed")
  func noVersion() {
    var machine = machine()
    _ = machine.handle(.start)
    let step = machine.handle(page([Gadget("a", "1")], ""))
    #expect(step.told == [])
    #expect(step.notices == [.failing(reason: "a list of gadgets has no resourceVersion")])
    #expect(step.action.pause != nil)
  }

  @Test("a new list becomes the difference; in sync is told once")
  func relist() {
    var machine = machine()
    machine.settle([Gadget("a", "1"), Gadget("b", "2"), Gadget("c", "3")], "9")
    #expect(machine.handle(.watchOver(expired, lasted: .seconds(60))).action.isList)
    let first = machine.handle(page([Gadget("a", "1"), Gadget("d", "11")], "12", next: "t"))
    #expect(first.told == ["+d@11"])
    #expect(machine.handle(page([Gadget("c", "10")], "12")).told == ["~c@10", "-b"])
  }

  @Test("an object made anew while nobody looked is deleted, then added")
  func recreated() {
    var machine = machine()
    machine.settle([Gadget("a", "1", uid: "u1")], "9")
    _ = machine.handle(.watchOver(expired, lasted: .seconds(60)))
    #expect(machine.handle(page([Gadget("a", "11", uid: "u2")], "12")).told == ["-a", "+a@11"])
  }

  @Test("an object that cannot be read is known to be there")
  func undecodable() {
    var machine = machine()
    machine.settle([Gadget("a", "1"), Gadget("b", "2")], "9")
    _ = machine.handle(.watchOver(expired, lasted: .seconds(60)))
    let bad = Undecodable(key: ObjectKey(namespace: "ns", name: "a"), resourceVersion: "11", reason: "size: bad")
    let step = machine.handle(
      .page(ObjectPage(items: [], undecodable: [bad], resourceVersion: "12")))
    #expect(step.told == ["-b"])
    #expect(step.notices == [.undecodable([bad])])
  }
}

@Suite("The reflector's state machine: watching")
struct ReflectorWatchTests {
  @Test("events are told against what the consumer knows")
  func events() {
    var machine = machine()
    machine.settle([Gadget("a", "1")], "9")
    #expect(machine.handle(.event(.modified(Gadget("a", "10")))).told == ["~a@10"])
    #expect(machine.handle(.event(.added(Gadget("a", "11")))).told == ["~a@11"])
    #expect(machine.handle(.event(.modified(Gadget("b", "12")))).told == ["+b@12"])
    #expect(machine.handle(.event(.added(Gadget("b", "12")))).told == [], "told already")
    let key = ObjectKey(namespace: "ns", name: "b")
    #expect(machine.handle(.event(.deleted(key, resourceVersion: "13"))).told == ["-b"])
    #expect(machine.handle(.event(.deleted(key, resourceVersion: "14"))).told == [], "gone already")
    #expect(machine.handle(.event(.bookmark(resourceVersion: "20"))).told == [])
  }

  @Test("the watch goes on from the version of the last event, whatever it was")
  func position() {
    let key = ObjectKey(namespace: "ns", name: "a")
    let bad = Undecodable(key: key, resourceVersion: "14", reason: "bad")
    let events: [(WatchEvent<Gadget>, String)] = [
      (.added(Gadget("a", "10")), "10"), (.modified(Gadget("a", "11")), "11"),
      (.deleted(key, resourceVersion: "12"), "12"), (.bookmark(resourceVersion: "13"), "13"),
      (.undecodable(bad), "14"), (.bookmark(resourceVersion: ""), "9"),
    ]
    for (event, version) in events {
      var machine = machine()
      machine.settle([], "9")
      #expect(machine.handle(.event(event)).action == .readOn)
      #expect(machine.handle(.watchOver(nil, lasted: .seconds(300))).action.isWatch(from: version))
    }
  }

  @Test("watch timeouts are spread over their range")
  func timeouts() {
    var machine = machine()
    machine.settle([], "9")
    var timeouts: Set<Duration> = []
    for _ in 0..<50 {
      guard case .watch(_, let timeout) = machine.handle(.watchOver(nil, lasted: .seconds(300))).action else {
        Issue.record("no watch")
        return
      }
      #expect(timeout >= .seconds(300) && timeout <= .seconds(600))
      timeouts.insert(timeout)
    }
    #expect(timeouts.count > 40)
  }

  @Test("a broken connection is opened again after a pause, from where it was; no new list")
  func broken() {
    var machine = machine()
    machine.settle([Gadget("a", "1")], "9")
    _ = machine.handle(.event(.modified(Gadget("a", "10"))))
    let step = machine.handle(.watchOver(away, lasted: .seconds(60)))
    #expect(step.notices == [.failing(reason: "away")])
    #expect(step.action.pause.map { $0 <= .seconds(1) } == true)
    #expect(machine.handle(.slept).action.isWatch(from: "10"))
  }

  @Test("an error event that is no 410 is a failure of the watch, not of the state")
  func errorEvent() {
    var machine = machine()
    machine.settle([Gadget("a", "1")], "9")
    let step = machine.handle(.event(.error(APIStatus(code: 500, reason: "InternalError", message: "oops"))))
    #expect(step.told == [])
    #expect(step.notices == [.failing(reason: "the API server ended the watch with 500 InternalError: oops")])
    #expect(machine.handle(.slept).action.isWatch(from: "9"))
  }

  @Test("a version from the future or of another server's making means a new list")
  func strangeVersion() {
    let tooLarge = APIStatus(
      code: 504, reason: "Timeout", message: "Too large resource version",
      causes: [.init(reason: "ResourceVersionTooLarge", message: "", field: "")])
    let statuses = [tooLarge, APIStatus(code: 410), APIStatus(code: 0, reason: "Expired"), APIStatus(code: 400)]
    for status in statuses {
      var machine = machine()
      machine.settle([Gadget("a", "1")], "9")
      let error = KubernetesError.refused(status, request: "watch gadgets", retryAfter: nil)
      var step = machine.handle(.watchOver(ReflectorFailure(error), lasted: .zero))
      if step.action.pause != nil { step = machine.handle(.slept) }
      #expect(step.action.isList, "\(status)")
    }
  }
}

@Suite("The reflector's state machine: failing")
struct ReflectorFailureTests {
  @Test("pauses double up to the cap, and each is from the upper half of its range")
  func pauses() {
    var machine = machine()
    _ = machine.handle(.start)
    for ceiling in [1, 2, 4, 8, 8, 8] {
      guard let pause = machine.handle(.listFailed(away)).action.pause else {
        Issue.record("no pause")
        return
      }
      #expect(pause >= .seconds(ceiling) / 2 && pause <= .seconds(ceiling))
      #expect(machine.handle(.slept).action.isList)
    }
  }

  @Test("an event resets the pauses; an answer alone does not")
  func reset() {
    var machine = machine()
    machine.settle([], "9")
    for _ in 0..<5 { _ = machine.handle(.watchOver(away, lasted: .zero)) }
    _ = machine.handle(.watchOpened)
    #expect(machine.handle(.watchOver(away, lasted: .zero)).action.pause.map { $0 >= .seconds(4) } == true)
    _ = machine.handle(.watchOpened)
    _ = machine.handle(.event(.bookmark(resourceVersion: "10")))
    #expect(machine.handle(.watchOver(away, lasted: .zero)).action.pause.map { $0 <= .seconds(1) } == true)
  }

  @Test("a failure is told once, and its end with the number of attempts")
  func told() {
    var machine = machine()
    machine.settle([], "9")
    _ = machine.handle(.event(.bookmark(resourceVersion: "10")))
    #expect(machine.handle(.watchOver(away, lasted: .seconds(9))).notices == [.failing(reason: "away")])
    #expect(machine.handle(.watchOver(away, lasted: .zero)).notices == [])
    let refused = ReflectorFailure(kind: .refused(503), reason: "503")
    #expect(machine.handle(.watchOver(refused, lasted: .zero)).notices == [.failing(reason: "503")])
    #expect(machine.handle(.watchOver(away, lasted: .zero)).notices == [])
    #expect(machine.handle(.watchOver(refused, lasted: .zero)).notices == [])
    #expect(machine.handle(.watchOpened).notices == [.recovered(failures: 5)])
    #expect(machine.handle(.event(.bookmark(resourceVersion: "12"))).notices == [])
  }

  @Test("after an outage the opened watch is the end of it")
  func recoveredByOpening() {
    var machine = machine()
    _ = machine.handle(.start)
    _ = machine.handle(.listFailed(away))
    _ = machine.handle(.listFailed(away))
    _ = machine.handle(page([], "9"))
    #expect(machine.handle(.watchOpened).notices == [.recovered(failures: 2)])
  }

  @Test("Retry-After lengthens the pause, up to the cap")
  func retryAfter() {
    var machine = machine()
    _ = machine.handle(.start)
    var busy = ReflectorFailure(kind: .refused(429), reason: "busy", retryAfter: .seconds(5))
    #expect(machine.handle(.listFailed(busy)).action.pause == .seconds(5))
    busy.retryAfter = .seconds(86_400)
    #expect(machine.handle(.listFailed(busy)).action.pause == .seconds(8))
  }

  @Test("watches that end at once are asked for with pauses, and told of once")
  func tooShort() {
    var machine = machine()
    machine.settle([], "9")
    var notices: [ReflectorNotice] = []
    for _ in 0..<10 {
      notices += machine.handle(.watchOpened).notices
      let step = machine.handle(.watchOver(nil, lasted: .milliseconds(3)))
      notices += step.notices
      #expect(step.action.pause != nil)
      _ = machine.handle(.slept)
    }
    #expect(notices == [.failing(reason: "the watch of gadgets ended at once")])
  }

  @Test("a server that answers every watch with 410 is listed with growing pauses, and told of once")
  func alwaysExpired() {
    var machine = machine()
    machine.settle([], "9")
    var notices: [ReflectorNotice] = []
    var pauses: [Duration] = []
    for _ in 0..<6 {
      let step = machine.handle(.watchOver(expired, lasted: .zero))
      notices += step.notices
      if let pause = step.action.pause {
        pauses.append(pause)
        #expect(machine.handle(.slept).action.isList)
      }
      notices += machine.handle(page([], "9")).notices
      notices += machine.handle(.watchOpened).notices
    }
    #expect(notices == [.relisting(reason: "too old")])
    #expect(pauses.count == 5)
    #expect(pauses.last.map { $0 >= .seconds(4) } == true)
  }
}

@Suite("The reflector's state machine: a kind that not every server knows")
struct ReflectorMissingKindTests {
  private static let unknown = ReflectorFailure(kind: .refused(404), reason: "no such kind")

  @Test(
    "a server that does not know it has none of it; that is told once, and it is asked again after the longest pause")
  func missing() {
    var machine = machine { $0.mayBeMissing = true }
    _ = machine.handle(.start)
    var step = machine.handle(.listFailed(Self.unknown))
    #expect(step.told == ["synced"])
    #expect(step.notices == [.missing])
    #expect((step.action.pause ?? .zero) >= .seconds(4))
    #expect(machine.isSynced)
    #expect(machine.handle(.slept).action.isList)
    step = machine.handle(.listFailed(Self.unknown))
    #expect(step.told == [])
    #expect(step.notices == [])
    #expect((step.action.pause ?? .zero) >= .seconds(4))
    step = machine.handle(page([Gadget("a", "1")], "9"))
    #expect(step.told == ["+a@1"])
    #expect(step.notices == [.served(objects: 1)])
    #expect(step.action.isWatch(from: "9"))
  }

  @Test("objects that were there stay while a server says that it does not know their kind")
  func known() {
    var machine = machine { $0.mayBeMissing = true }
    machine.settle([Gadget("a", "1")], "9")
    var step = machine.handle(.watchOver(Self.unknown, lasted: .zero))
    #expect(step.told == [])
    #expect(machine.handle(.slept).action.isList)
    step = machine.handle(.listFailed(Self.unknown))
    #expect(step.told == [])
    step = machine.handle(page([], "12"))
    #expect(step.told == ["-a"])
  }

  @Test("another refusal is a failure like any other, and for other kinds 404 is one too")
  func otherwise() {
    var machine = machine { $0.mayBeMissing = true }
    _ = machine.handle(.start)
    let forbidden = ReflectorFailure(kind: .refused(403), reason: "forbidden")
    #expect(machine.handle(.listFailed(forbidden)).notices == [.failing(reason: "forbidden")])
    #expect(!machine.isSynced)
    var strict = ReflectorMachine<Gadget>(settings: ReflectorSettings(), seed: 1)
    _ = strict.handle(.start)
    #expect(strict.handle(.listFailed(Self.unknown)).notices == [.failing(reason: "no such kind")])
    #expect(!strict.isSynced)
  }
}
