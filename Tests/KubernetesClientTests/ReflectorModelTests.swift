import Testing

@testable import KubernetesClient

/// A server in memory: objects, a history that is cut short now and then, and pages of a snapshot.
private struct ModelServer {
  var version = 1
  var objects: [ObjectKey: Gadget] = [:]
  /// Events with their versions; those up to `forgotten` are gone.
  var history: [(version: Int, event: WatchEvent<Gadget>)] = []
  var forgotten = 0
  var snapshots: [String: [Gadget]] = [:]
  var isCalm = false
  var random: SplitMix64

  mutating func change() {
    version += 1
    let name = "g\(Int.random(in: 0..<12, using: &random))"
    let key = ObjectKey(namespace: "ns", name: name)
    if let old = objects[key] {
      if Bool.random(using: &random) {
        objects[key] = Gadget(name, "\(version)", uid: old.uid)
        history.append((version, .modified(Gadget(name, "\(version)", uid: old.uid))))
      } else {
        objects[key] = nil
        history.append((version, .deleted(key, resourceVersion: "\(version)")))
      }
    } else {
      objects[key] = Gadget(name, "\(version)", uid: "u\(version)")
      history.append((version, .added(Gadget(name, "\(version)", uid: "u\(version)"))))
    }
  }

  mutating func list(_ token: String) -> ReflectorInput<Gadget> {
    var rest: [Gadget]
    var at = "\(version)"
    if token.isEmpty {
      rest = objects.values.sorted { $0.name < $1.name }
    } else {
      guard let snapshot = snapshots[token], isCalm || Bool.random(using: &random) else {
        return .listFailed(ReflectorFailure(kind: .expired, reason: "token"))
      }
      rest = snapshot
      at = String(token.split(separator: "/")[0])
    }
    let items = Array(rest.prefix(5))
    rest.removeFirst(items.count)
    let next = rest.isEmpty ? "" : "\(at)/\(rest.count)"
    if !rest.isEmpty { snapshots[next] = rest }
    return .page(ObjectPage(items: items, resourceVersion: at, continueToken: next))
  }
}

@Suite("The reflector against a model of a server")
struct ReflectorModelTests {
  private let away = ReflectorFailure(kind: .unreachable, reason: "away")

  @Test("whatever breaks, the consumer ends with the server's state and is never told nonsense", arguments: 0..<100)
  func converges(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    var server = ModelServer(random: SplitMix64(state: UInt64(seed) &+ 1_000_000))
    var machine = ReflectorMachine<Gadget>(settings: ReflectorSettings(), seed: 3)
    var direct = CheckedCache()
    var buffered = CheckedCache()
    var buffer = DeltaBuffer<Gadget>()
    var action = ReflectorAction.sleep(.zero)

    for round in 0..<400 {
      let isCalm = round >= 380
      server.isCalm = isCalm
      for _ in 0..<Int.random(in: 0...2, using: &random) where !isCalm { server.change() }
      if !isCalm, Int.random(in: 0..<20, using: &random) == 0 { server.forgotten = server.version - 3 }
      let fails = !isCalm && Int.random(in: 0..<6, using: &random) == 0
      var steps: [ReflectorStep<Gadget>] = []
      switch action {
      case .sleep, .readOn:
        steps = [machine.handle(.slept)]
      case .list(let token):
        steps = [machine.handle(fails ? .listFailed(away) : server.list(token))]
      case .watch(let version, _):
        steps = watch(&server, &machine, from: version, fails: fails, &random)
      }
      for step in steps {
        for delta in step.deltas {
          try direct.apply(delta)
          buffer.append(delta)
        }
        action = step.action
      }
      if isCalm || Int.random(in: 0..<4, using: &random) == 0 { try buffer.drain().forEach { try buffered.apply($0) } }
    }
    #expect(direct.isSynced && buffered.isSynced)
    #expect(direct.objects == server.objects)
    #expect(buffered.objects == server.objects)
  }

  private func watch(
    _ server: inout ModelServer, _ machine: inout ReflectorMachine<Gadget>, from version: String, fails: Bool,
    _ random: inout SplitMix64
  ) -> [ReflectorStep<Gadget>] {
    let start = Int(version) ?? 0
    if start < server.forgotten {
      return [machine.handle(.watchOver(ReflectorFailure(kind: .expired, reason: "old"), lasted: .zero))]
    }
    var steps = [machine.handle(.watchOpened)]
    for entry in server.history where entry.version > start {
      if fails, Int.random(in: 0..<3, using: &random) == 0 { break }
      steps.append(machine.handle(.event(entry.event)))
    }
    steps.append(machine.handle(.watchOver(fails ? away : nil, lasted: .seconds(fails ? 0 : 5))))
    return steps
  }
}

/// Applies deltas and refuses those that make no sense to somebody who applied all before.
private struct CheckedCache {
  struct Nonsense: Error { var delta: String }

  var objects: [ObjectKey: Gadget] = [:]
  var isSynced = false

  mutating func apply(_ delta: Delta<Gadget>) throws {
    let makesSense =
      switch delta {
      case .added(let gadget): objects.updateValue(gadget, forKey: gadget.key) == nil
      case .modified(let gadget): objects.updateValue(gadget, forKey: gadget.key).map { $0.uid == gadget.uid } ?? false
      case .deleted(let key): objects.removeValue(forKey: key) != nil
      case .synced: !isSynced
      }
    if case .synced = delta { isSynced = true }
    guard makesSense else { throw Nonsense(delta: delta.short) }
  }
}
