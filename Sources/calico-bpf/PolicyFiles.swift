import ArgumentParser
import FoundationEssentials
import Policy

/// Where the agent tells what policies do.
struct PolicyOptions: ParsableArguments {
  @Option(help: "The node's folder of policy files, as given to apus node.")
  var policyDir = "/var/run/calico/bpf/policy"

  /// The files of all interfaces, in the order of their names. What is no such file is left out.
  func records() -> [PolicyRecord] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: policyDir)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
      guard let data = try? Data(contentsOf: URL(filePath: "\(policyDir)/\(name)")) else { return nil }
      return try? JSONDecoder().decode(PolicyRecord.self, from: data)
    }
  }
}
