import Dataplane
import DataplaneABI
import Routing

/// The metrics in Prometheus' text format. Names are Felix' where it has the metric, else start with `apus_`.
enum MetricsPage {
  static func text(_ status: AgentStatus, counters: [CounterKey: Counters]) -> String {
    var page = MetricsText()
    agent(status, &page)
    endpoints(status, &page)
    tables(status.counts, &page)
    sweeps(status.sweeps, &page)
    tableSize(status.tables, &page)
    packets(counters, &page)
    return page.text
  }

  private static func agent(_ status: AgentStatus, _ page: inout MetricsText) {
    page.summary(
      "felix_int_dataplane_apply_time_seconds", "Time that bringing the kernel to its desired state took.",
      status.applyTime)
    page.metric(
      "felix_int_dataplane_failures", .counter, "Attempts that left something undone.", Double(status.failedApplies))
    if let seconds = status.initialResyncSeconds {
      page.metric(
        "felix_int_dataplane_initial_resync_time_seconds", .gauge,
        "Time from the start to the first programming of the kernel.", seconds)
    }
    page.metric(
      "felix_resync_state", .gauge, "State of the cluster's data: 1 waiting, 3 in sync.", status.isSynced ? 3 : 1)
    page.metric("felix_resyncs_started", .counter, "Times everything was read back.", Double(status.resyncs))
    page.family(
      "felix_calc_graph_updates_processed", .counter, "Changes of the cluster taken in, by kind.",
      status.changes.map { (["type": $0.key.rawValue], Double($0.value)) })
    page.metric("felix_cluster_num_hosts", .gauge, "Nodes of the cluster.", Double(status.nodeCount))
    page.metric(
      "apus_warnings", .gauge, "Parts of objects that are left out because they make no sense.",
      Double(status.warnings.count))
  }

  private static func endpoints(_ status: AgentStatus, _ page: inout MetricsText) {
    let happy = status.report?.readyWorkloads.count ?? 0
    page.metric("felix_active_local_endpoints", .gauge, "Pods of this node.", Double(status.workloadCount))
    page.metric(
      "felix_bpf_dataplane_endpoints", .gauge, "Pods of this node that the BPF dataplane serves.",
      Double(status.workloadCount))
    page.metric(
      "felix_bpf_happy_dataplane_endpoints", .gauge, "Pods whose programs and routes are in place.", Double(happy))
    page.metric(
      "felix_bpf_dirty_dataplane_endpoints", .gauge, "Pods whose programs or routes are not in place.",
      Double(max(0, status.workloadCount - happy)))
  }

  private static func tables(_ counts: DataplaneCounts?, _ page: inout MetricsText) {
    guard let counts else { return }
    func both(_ values: PerFamily<Int, Int>) -> [([String: String], Double)] {
      [(["ip_version": "4"], Double(values.ipv4)), (["ip_version": "6"], Double(values.ipv6))]
    }
    page.family("apus_bpf_nat_frontends", .gauge, "Entries of the frontend maps.", both(counts.frontends))
    page.family("apus_bpf_nat_backends", .gauge, "Entries of the backend maps.", both(counts.backends))
    page.family("apus_bpf_routes", .gauge, "Entries of the route maps.", both(counts.routes))
    page.family("apus_kernel_routes", .gauge, "Routes of protocol 80 in the main table.", both(counts.kernelRoutes))
    page.metric(
      "felix_active_local_policies", .gauge, "Policies that decide at pods of this node.",
      Double(counts.policies.policies))
    page.metric("felix_bpf_num_ip_sets", .gauge, "Sets of policies that have members.", Double(counts.policies.sets))
    page.family(
      "apus_bpf_policy_programs", .gauge, "Programs of policies that are loaded.", both(counts.policies.programs))
    page.family(
      "apus_bpf_policy_set_members", .gauge, "Members of the sets of policies.", both(counts.policies.members))
    page.metric("apus_bpf_map_writes_total", .counter, "Entries written and deleted.", Double(counts.effects))
  }

  private static func packets(_ counters: [CounterKey: Counters], _ page: inout MetricsText) {
    var drops: [Drop: UInt64] = [:]
    var events: [CounterIndex: UInt64] = [:]
    for row in counters.values {
      for drop in Drop.allCases { drops[drop, default: 0] &+= row.drops[Int(drop.rawValue)] }
      for event in CounterIndex.allCases { events[event, default: 0] &+= row.events[Int(event.rawValue)] }
    }
    page.family(
      "apus_bpf_dropped_packets_total", .counter, "Packets dropped by the programs, by reason.",
      Drop.allCases.map { (["reason": "\($0)"], Double(drops[$0] ?? 0)) })
    page.family(
      "apus_bpf_events_total", .counter, "What else the programs count.",
      CounterIndex.allCases.map { (["event": "\($0)"], Double(events[$0] ?? 0)) })
  }
}
