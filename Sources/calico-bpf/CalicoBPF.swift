import ArgumentParser

/// `calico-bpf`: looks inside the maps of a node.
@main struct CalicoBPF: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calico-bpf", abstract: "Look inside the maps of a node's dataplane.",
    discussion: "Reads only. Start it as root, in the node's network namespace, so that interfaces have their names.",
    subcommands: [
      CountersCommand.self, NATCommand.self, ConntrackCommand.self, RoutesCommand.self, PolicyCommand.self,
    ])
}

/// `calico-bpf counters`.
struct CountersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "counters", abstract: "What the programs count.", subcommands: [CountersDump.self])
}

/// `calico-bpf nat`.
struct NATCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nat", abstract: "Services and their backends.", subcommands: [NATDump.self, MaglevDump.self])
}

/// `calico-bpf conntrack`.
struct ConntrackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conntrack", abstract: "Flows.", subcommands: [ConntrackDump.self])
}

/// `calico-bpf routes`.
struct RoutesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "routes", abstract: "What the programs know of addresses.", subcommands: [RoutesDump.self])
}

/// `calico-bpf policy`.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "What policies do, rule by rule.",
    subcommands: [PolicyDump.self, PolicyDrops.self, PolicyList.self])
}
