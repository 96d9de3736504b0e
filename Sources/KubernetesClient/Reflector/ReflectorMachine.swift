/// Keeps a consumer in step with the server: list, then watch, and again whenever the watch cannot go on.
///
/// A pure value: every input is answered by one step. It remembers which objects the consumer knows, and of each only
/// uid and resourceVersion, so that a new list becomes the difference to what was told before.
struct ReflectorMachine<Object: KubernetesResource> {
  private struct Version: Equatable {
    var uid: String
    var resourceVersion: String
  }

  /// Where to go on after a pause.
  private enum Work: Equatable {
    case list(continueToken: String)
    case watch
  }

  private let settings: ReflectorSettings
  private var known: [ObjectKey: Version] = [:]
  /// The objects that the list under way has shown so far.
  private var seen: Set<ObjectKey> = []
  private var work = Work.list(continueToken: "")
  /// Everything up to this version is known.
  private var resourceVersion = ""
  private(set) var isSynced = false
  /// Whether the server did not know the kind when it was last asked.
  private var isMissing = false
  private var backoff: Backoff
  /// Failures since the last success, and what people were told of them.
  private var failures = 0
  private var reported: Set<ReflectorFailure.Kind> = []
  private var reportedRelisting = false
  /// Whether a watch that opens is not yet a success: the last one did, and then brought nothing.
  private var distrustsOpening = false
  private var isOpen = false
  /// Whether the watch that is open has brought anything.
  private var sawEvent = false

  init(settings: ReflectorSettings, seed: UInt64) {
    self.settings = settings
    backoff = Backoff(base: settings.backoffBase, cap: settings.backoffCap, seed: seed)
  }

  mutating func handle(_ input: ReflectorInput<Object>) -> ReflectorStep<Object> {
    switch input {
    case .start, .slept: ReflectorStep(action: resume())
    case .page(let page): take(page)
    case .listFailed(let failure): isAbsence(failure) ? miss() : fail(failure)
    case .watchOpened: open()
    case .event(let event): take(event)
    case .watchOver(let failure, let lasted): end(failure, lasted)
    }
  }

  private mutating func resume() -> ReflectorAction {
    switch work {
    case .list(let token):
      return .list(continueToken: token)
    case .watch:
      let range = settings.watchTimeout
      return .watch(
        resourceVersion: resourceVersion, timeout: backoff.spread(range.lowerBound, range.upperBound))
    }
  }
}

// MARK: Listing

extension ReflectorMachine {
  private mutating func take(_ page: ObjectPage<Object>) -> ReflectorStep<Object> {
    guard !page.resourceVersion.isEmpty else {
      return fail(ReflectorFailure(kind: .invalid, reason: "a list of \(Object.plural) has no resourceVersion"))
    }
    var step = ReflectorStep<Object>(action: .readOn)
    for object in page.items {
      seen.insert(object.key)
      step.deltas += update(object)
    }
    if !page.undecodable.isEmpty {
      // They are there, so the consumer keeps what it knew of them.
      seen.formUnion(page.undecodable.map(\.key))
      step.notices.append(.undecodable(page.undecodable))
    }
    if page.continueToken.isEmpty {
      finishList(page.resourceVersion, &step)
    } else {
      work = .list(continueToken: page.continueToken)
    }
    step.action = resume()
    return step
  }

  private mutating func finishList(_ version: String, _ step: inout ReflectorStep<Object>) {
    for key in known.keys.filter({ !seen.contains($0) }).sorted() {
      known[key] = nil
      step.deltas.append(.deleted(key))
    }
    seen = []
    resourceVersion = version
    work = .watch
    if isMissing { step.notices.append(.served(objects: known.count)) }
    isMissing = false
    guard !isSynced else { return }
    isSynced = true
    step.deltas.append(.synced)
    step.notices.append(.synced(objects: known.count))
  }

  /// The difference that an object's state makes to what the consumer knows.
  private mutating func update(_ object: Object) -> [Delta<Object>] {
    let version = Version(uid: object.uid, resourceVersion: object.resourceVersion)
    let key = object.key
    guard let old = known.updateValue(version, forKey: key) else { return [.added(object)] }
    if old == version { return [] }
    return old.uid == version.uid ? [.modified(object)] : [.deleted(key), .added(object)]
  }
}

// MARK: A kind that is not there

extension ReflectorMachine {
  /// Objects that were there once do not go because a server says that it never heard of them: one that is starting does.
  private func isAbsence(_ failure: ReflectorFailure) -> Bool {
    settings.mayBeMissing && failure.kind == .refused(404) && known.isEmpty
  }

  private mutating func miss() -> ReflectorStep<Object> {
    work = .list(continueToken: "")
    seen = []
    var step = ReflectorStep<Object>(
      notices: recover(), action: .sleep(backoff.spread(settings.backoffCap / 2, settings.backoffCap)))
    if !isMissing { step.notices.append(.missing) }
    isMissing = true
    if !isSynced { step.deltas.append(.synced) }
    isSynced = true
    return step
  }
}

// MARK: Watching

extension ReflectorMachine {
  private mutating func take(_ event: WatchEvent<Object>) -> ReflectorStep<Object> {
    var step = ReflectorStep<Object>(action: .readOn)
    switch event {
    case .added(let object), .modified(let object):
      step.deltas = update(object)
      advance(to: object.resourceVersion)
    case .deleted(let key, let version):
      if known.removeValue(forKey: key) != nil { step.deltas = [.deleted(key)] }
      advance(to: version)
    case .bookmark(let version):
      advance(to: version)
    case .undecodable(let object):
      step.notices = [.undecodable([object])]
      advance(to: object.resourceVersion)
    case .error(let status):
      return end(ReflectorFailure(status), .zero)
    }
    sawEvent = true
    step.notices += succeed()
    return step
  }

  private mutating func open() -> ReflectorStep<Object> {
    isOpen = true
    sawEvent = false
    return ReflectorStep(notices: distrustsOpening ? [] : recover(), action: .readOn)
  }

  private mutating func advance(to version: String) {
    if !version.isEmpty { resourceVersion = version }
  }

  private mutating func end(_ failure: ReflectorFailure?, _ lasted: Duration) -> ReflectorStep<Object> {
    let wasLong = lasted >= settings.shortestWatch
    var step: ReflectorStep<Object>
    let notices = wasLong ? succeed() : []
    if isOpen { distrustsOpening = !wasLong && !sawEvent }
    isOpen = false
    if let failure {
      step = fail(failure)
    } else if wasLong {
      step = ReflectorStep(action: resume())
    } else if sawEvent {
      // A server that ends every watch at once, even after an event, must not be asked without pause.
      step = ReflectorStep(action: .sleep(backoff.next()))
    } else {
      step = fail(ReflectorFailure(kind: .tooShort, reason: "the watch of \(Object.plural) ended at once"))
    }
    step.notices = notices + step.notices
    return step
  }
}

// MARK: Success

extension ReflectorMachine {
  /// A watch works: it brought something or held for a while.
  private mutating func succeed() -> [ReflectorNotice] {
    backoff.reset()
    reportedRelisting = false
    distrustsOpening = false
    return recover()
  }

  /// The server answers again.
  private mutating func recover() -> [ReflectorNotice] {
    defer {
      reported = []
      failures = 0
    }
    return reported.isEmpty ? [] : [.recovered(failures: failures)]
  }
}

// MARK: Failing

extension ReflectorMachine {
  private mutating func fail(_ failure: ReflectorFailure) -> ReflectorStep<Object> {
    let isFirst = backoff.attempts == 0
    var pause = backoff.next()
    if let after = failure.retryAfter { pause = max(pause, min(after, settings.backoffCap)) }
    if mustRelist(after: failure) {
      work = .list(continueToken: "")
      seen = []
    }
    guard failure.kind == .expired else {
      return ReflectorStep(notices: report(failure), action: .sleep(pause))
    }
    let notices = reportedRelisting ? [] : [ReflectorNotice.relisting(reason: failure.reason)]
    reportedRelisting = true
    // To be too late is normal after a long pause; only when it repeats is something wrong.
    return ReflectorStep(notices: notices, action: isFirst ? resume() : .sleep(pause))
  }

  /// Whether the place that we would go on from is not accepted.
  private func mustRelist(after failure: ReflectorFailure) -> Bool {
    switch failure.kind {
    case .expired: true
    // Versions and tokens of another server's making are refused as bad requests.
    case .refused(400): true
    // The kind itself is gone.
    case .refused(404): settings.mayBeMissing
    case .refused, .unreachable, .invalid, .tooShort: false
    }
  }

  private mutating func report(_ failure: ReflectorFailure) -> [ReflectorNotice] {
    failures += 1
    return reported.insert(failure.kind).inserted ? [.failing(reason: failure.reason)] : []
  }
}
