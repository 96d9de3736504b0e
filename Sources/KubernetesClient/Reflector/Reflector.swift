import Logging
import Synchronization

/// Carries out what a `ReflectorMachine` says, for one kind.
final class Reflector<Object: KubernetesResource>: Sendable {
  private let client: APIClient
  private let scope: ListScope
  private let settings: ReflectorSettings
  private let channel: DeltaChannel<Object>
  private let journal: ReflectorJournal

  init(
    client: APIClient, scope: ListScope, settings: ReflectorSettings, channel: DeltaChannel<Object>
  ) {
    self.client = client
    self.scope = scope
    self.settings = settings
    self.channel = channel
    // The same kind may be followed in two groups.
    let name = settings.mayBeMissing ? "\(Object.plural).\(Object.group)" : Object.plural
    journal = ReflectorJournal(kind: name, logger: client.logger)
  }

  var health: ReflectorHealth { journal.health }

  /// Runs until the task is cancelled.
  func run() async {
    var machine = ReflectorMachine<Object>(settings: settings, seed: .random(in: 0 ... .max))
    var action = await perform(machine.handle(.start))
    while true {
      let input: ReflectorInput<Object>
      switch action {
      case .list(let token):
        input = await list(token)
      case .watch(let version, let timeout):
        input = await watch(version, timeout, &machine)
      case .sleep(let pause):
        try? await Task.sleep(for: pause)
        input = .slept
      case .readOn:
        input = .slept
      }
      // What fails because we were told to stop is no failure.
      if Task.isCancelled { return }
      action = await perform(machine.handle(input))
    }
  }

  private func perform(_ step: ReflectorStep<Object>) async -> ReflectorAction {
    step.notices.forEach(journal.record)
    await channel.send(step.deltas)
    return step.action
  }

  private func list(_ token: String) async -> ReflectorInput<Object> {
    do {
      return .page(try await client.page(of: Object.self, scope, limit: settings.pageLimit, continueToken: token))
    } catch {
      return .listFailed(ReflectorFailure(error))
    }
  }

  /// Watches until the watch is over.
  private func watch(
    _ version: String, _ timeout: Duration, _ machine: inout ReflectorMachine<Object>
  ) async -> ReflectorInput<Object> {
    let start = ContinuousClock.now
    var failure: ReflectorFailure?
    do {
      let events = try await client.watch(Object.self, scope, from: version, timeout: timeout)
      _ = await perform(machine.handle(.watchOpened))
      for try await event in events {
        if case .error(let status) = event {
          failure = ReflectorFailure(status)
          break
        }
        _ = await perform(machine.handle(.event(event)))
      }
    } catch .idle {
      // Silence is no failure: whether the server is still there shows when it is asked again.
    } catch {
      failure = ReflectorFailure(error)
    }
    return .watchOver(failure, lasted: .now - start)
  }
}
