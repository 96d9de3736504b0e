import CalicoAPI
import Foundation
import KubernetesClient

// Tells the API server how pods stand, and pods how Services are called.
extension KubeletService {
  /// Sends the latest report; reports that come meanwhile follow, older ones are left out.
  func send(_ uid: String) {
    guard managed[uid]?.isSending == false else { return }
    managed[uid]?.isSending = true
    Task {
      while let report = managed[uid]?.unsent, let name = managed[uid]?.specification.name {
        managed[uid]?.unsent = nil
        do {
          try await patchStatus(report, of: name, uid: uid)
        } catch let error as KubernetesError where error.isNotFound {
          break
        } catch {
          logger.warning("the status of \(name) cannot be told: \(error)")
          if managed[uid]?.unsent == nil { managed[uid]?.unsent = report }
          try? await Task.sleep(for: .seconds(1))
        }
      }
      managed[uid]?.isSending = false
    }
  }

  func patchStatus(_ report: PodReport, of name: PodName, uid: String) async throws {
    let key = ObjectKey(namespace: name.namespace, name: name.name)
    let known = pods[key]
    guard known?.metadata.uid == uid else { return }
    let node = known.flatMap { topology.node(named: $0.spec.nodeName) }
    let status = report.status(
      after: known?.status ?? PodStatus(), hostAddress: node?.host.addresses.first.map { "\($0.address)" } ?? "",
      now: .now)
    _ = try await client.patch(
      Pod.self, key.name, namespace: key.namespace, .merge(["status": status]), subresource: .status)
  }

  func confirmDeletion(of key: ObjectKey, uid: String) {
    let options = DeleteOptions(gracePeriodSeconds: 0, preconditions: .init(uid: uid))
    Task {
      for _ in 0..<600 {
        do {
          try await client.delete(Pod.self, key.name, namespace: key.namespace, options: options)
          return
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
          return
        } catch {
          logger.warning("\(key) has ended, which the API server cannot be told: \(error)")
          try? await Task.sleep(for: .seconds(1))
        }
      }
    }
  }

  func writeHosts() throws {
    let entries = services.objects.values.map { service in
      HostsFile.Entry(namespace: service.namespace, name: service.name, addresses: service.spec.clusterIPs)
    }
    // In place: running pods have this very file before their eyes.
    let descriptor = open(location.paths.hostsFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw LabError("\(location.paths.hostsFile): \(errnoText())") }
    defer { close(descriptor) }
    let text = HostsFile.text(services: entries)
    guard pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count, ftruncate(descriptor, text.utf8.count) == 0
    else { throw LabError("\(location.paths.hostsFile): \(errnoText())") }
  }
}
