import KubernetesClient
import Logging
import Synchronization

/// Settings under which failures pass quickly.
var quick: ReflectorSettings {
  var settings = ReflectorSettings()
  settings.backoffBase = .milliseconds(20)
  settings.backoffCap = .milliseconds(200)
  settings.shortestWatch = .milliseconds(50)
  return settings
}

/// A logger that keeps its lines: "notice: gadgets: in sync with the API server, 1 objects".
struct KeptLog: Sendable {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.all.withLock { $0.append("\(event.level): \(event.message)") }
    }
  }

  private let kept = Lines()

  var lines: [String] { kept.all.withLock { $0 } }
  var logger: Logger { Logger(label: "test") { [kept] _ in Handler(lines: kept) } }
}

/// Follows gadgets at a port until `count` deltas came or five seconds have passed, and returns them in short form.
func follow(
  port: Int, until count: Int, settings: ReflectorSettings = quick, limits: APIClient.Limits = .init(),
  log: KeptLog = KeptLog()
) async throws -> [String] {
  let credentials = try ClusterCredentials(server: "http://127.0.0.1:\(port)")
  return try await APIClient.withClient(credentials, limits: limits, logger: log.logger) { client in
    let informer = Informer(of: Gadget.self, client, settings: settings)
    return await withTaskGroup(of: [String]?.self) { group in
      group.addTask {
        await informer.run()
        return nil
      }
      group.addTask {
        var deltas: [String] = []
        for await batch in informer {
          deltas += batch.map(\.short)
          if deltas.count >= count { break }
        }
        return deltas
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(5))
        return nil
      }
      // Whoever is first of the reader and the clock ends all; then the reader gives what it has.
      var deltas: [String] = []
      for await result in group {
        group.cancelAll()
        if let result { deltas = result }
      }
      return deltas
    }
  }
}
