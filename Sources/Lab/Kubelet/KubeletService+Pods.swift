import Foundation
import KubernetesClient
import Netlink

// Carries out what the pods' lifecycles say.
extension KubeletService {
  func handle(_ event: PodLifecycle.Event, for uid: String) async {
    guard var pod = managed[uid] else { return }
    let actions = pod.lifecycle.handle(event, at: ContinuousClock.now - start)
    managed[uid] = pod
    for action in actions { await perform(action, for: uid) }
    setTimer(uid)
    if managed[uid]?.lifecycle.isGone == true { managed[uid] = nil }
  }

  func setTimer(_ uid: String) {
    managed[uid]?.timer?.cancel()
    guard let wake = managed[uid]?.lifecycle.nextWake else { return }
    let instant = start + wake
    managed[uid]?.timer = Task { [weak self] in
      try? await Task.sleep(until: instant)
      if !Task.isCancelled { await self?.handle(.clock, for: uid) }
    }
  }

  func perform(_ action: PodLifecycle.Action, for uid: String) async {
    guard let pod = managed[uid] else { return }
    switch action {
    case .makeSandbox: await makeSandbox(uid)
    case .start(let container): await startContainer(container, of: uid)
    case .probe(let container): probe(container, of: uid)
    case .report:
      // What was reported meanwhile may be newer than what this action was made of.
      managed[uid]?.unsent = pod.lifecycle.report
      send(uid)
    case .askToEnd:
      for process in pod.record.processes.values { _ = try? process.send(SIGTERM) }
    case .kill: ControlGroup(path: pod.record.controlGroup).killAll()
    case .removeSandbox: removeSandbox(uid)
    case .confirmDeletion:
      logger.info("\(pod.specification.name): ended")
      confirmDeletion(
        of: ObjectKey(namespace: pod.specification.name.namespace, name: pod.specification.name.name), uid: uid)
    }
  }

  func makeSandbox(_ uid: String) async {
    guard var record = managed[uid]?.record else { return }
    do {
      if record.addresses.isEmpty {
        guard let addresses = pools[record.node]?.take() else {
          throw LabError("\(record.node) has no free pod address: \(AddressPool.numbers.count) pods are the most")
        }
        record.addresses = addresses
        managed[uid]?.record = record
      }
      try runner.makeSandbox(record)
    } catch {
      logger.error("\(record.pod): no network: \(error)")
      return await handle(.sandboxFailed(reason: "\(error)"), for: uid)
    }
    await handle(.sandboxMade(addresses: record.addresses), for: uid)
    waitUntilOpen(uid)
  }

  func waitUntilOpen(_ uid: String) {
    guard let record = managed[uid]?.record else { return }
    Task {
      do {
        if try await runner.waitUntilOpen(record.sandbox) { await handle(.networkOpened, for: uid) }
      } catch {
        logger.error("\(record.pod): its interface cannot be looked at: \(error)")
      }
    }
  }

  func startContainer(_ name: String, of uid: String) async {
    guard var record = managed[uid]?.record, let pod = managed[uid]?.specification,
      let container = pod.containers.first(where: { $0.name == name })
    else { return }
    do {
      let process = try runner.start(container, of: pod, &record)
      managed[uid]?.record = record
      watch(process, name, of: uid)
      await handle(.started(container: name), for: uid)
    } catch {
      logger.warning("\(pod.name): \(error)")
      await handle(.ended(container: name, code: 127, reason: "\(error)"), for: uid)
    }
  }

  func watch(_ process: ProcessIdentity, _ container: String, of uid: String) {
    Task {
      let exit = (try? await process.waitForExit()) ?? .unknown
      managed[uid]?.record.processes[container] = nil
      await handle(.ended(container: container, code: exit.code, reason: exit.reason), for: uid)
    }
  }

  func probe(_ name: String, of uid: String) {
    guard let pod = managed[uid], let address = pod.record.addresses.first,
      let probe = pod.specification.containers.first(where: { $0.name == name })?.readiness
    else { return }
    let node = pod.record.nodeNamespace
    Task {
      // Blocks its thread: not one of those that tasks share.
      let succeeded = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: probe.run(at: address, from: node)) }
      }
      await handle(.probed(container: name, succeeded: succeeded), for: uid)
    }
  }

  func removeSandbox(_ uid: String) {
    guard let record = managed[uid]?.record else { return }
    Task {
      while true {
        do {
          try await runner.removeSandbox(record)
          break
        } catch {
          logger.error("\(record.pod): cannot be removed, trying again: \(error)")
          try? await Task.sleep(for: .seconds(1))
        }
      }
      pools[record.node]?.free(record.addresses)
      await handle(.sandboxRemoved, for: uid)
    }
  }
}
