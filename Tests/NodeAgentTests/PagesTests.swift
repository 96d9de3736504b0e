import Dataplane
import DataplaneABI
import Routing
import Testing

@testable import NodeAgent

@Suite("The health and metrics pages")
struct PagesTests {
  private func ready() -> AgentStatus {
    var status = AgentStatus()
    status.isSynced = true
    status.knowsNode = true
    var report = ApplyReport()
    report.readyWorkloads = ["cali1", "cali2"]
    report.readyDataInterfaces = ["eth0"]
    status.report = report
    return status
  }

  private func page(_ status: AgentStatus) -> String {
    HealthReport.page(HealthReport.readiness(status, watches: [], nodeName: "node1"))
  }

  @Test("an agent that has just started says what it waits for")
  func starting() {
    #expect(
      page(AgentStatus()) == """
        datastore   BAD   waiting for bgpconfigurations, bgpconfigurations.crd.projectcalico.org, clusternetworkpolicies, endpointslices, \
        felixconfigurations, felixconfigurations.crd.projectcalico.org, globalnetworkpolicies, globalnetworkpolicies.crd.projectcalico.org, \
        globalnetworksets, globalnetworksets.crd.projectcalico.org, ippools, ippools.crd.projectcalico.org, \
        namespaces, networkpolicies, networkpolicies.crd.projectcalico.org, networkpolicies.projectcalico.org, \
        networksets, networksets.crd.projectcalico.org, nodes, pods, \
        serviceaccounts, services, tiers, tiers.crd.projectcalico.org
        node        ok    the cluster has no node node1
        interfaces  BAD   not prepared yet
        dataplane   BAD   not programmed yet

        """)
  }

  @Test("all is well")
  func allIsWell() {
    #expect(
      page(ready()) == """
        datastore   ok    in sync
        node        ok    node1
        interfaces  ok    programs attached to eth0
        dataplane   ok    2 pods connected

        """)
  }

  @Test("what could not be done is named, on one line")
  func failing() {
    var status = ready()
    status.report?.failures = [
      DataplaneFailure(subject: "pod default/web (cali1)", reason: "load program: refused\nR1 invalid"),
      DataplaneFailure(subject: "kernel parameters", reason: "no"),
    ]
    status.report?.readyDataInterfaces = []
    #expect(
      page(status) == """
        datastore   ok    in sync
        node        ok    node1
        interfaces  BAD   no interface to other nodes: none holds the node's InternalIP or a default route, or none \
        matches bpfDataIfacePattern or --data-interface
        dataplane   BAD   pod default/web (cali1): load program: refused R1 invalid (and 1 more)

        """)
  }

  @Test("an agent that does nothing any more is not alive")
  func liveness() {
    let alive = HealthReport.liveness(silence: .seconds(10), limit: .seconds(270))
    #expect(HealthReport.page(alive) == "loop  ok    running\n")
    let dead = HealthReport.liveness(silence: .seconds(300), limit: .seconds(270))
    #expect(HealthReport.page(dead) == "loop  BAD   nothing done for 300 s, at most 270 s expected\n")
  }

  @Test("the metrics page, line by line")
  func metrics() {
    var status = ready()
    status.workloadCount = 3
    status.nodeCount = 2
    status.applyTime.record(0.5)
    status.applyTime.record(0.25)
    status.changes = [.pods: 7, .nodes: 2]
    status.initialResyncSeconds = 1.5
    status.failedApplies = 1
    status.counts = DataplaneCounts(
      frontends: PerFamily(ipv4: 1, ipv6: 2), backends: PerFamily(ipv4: 3, ipv6: 4),
      routes: PerFamily(ipv4: 5, ipv6: 6),
      kernelRoutes: PerFamily(ipv4: 7, ipv6: 8), effects: 40)
    var ingress = Counters()
    ingress.drops[Int(Drop.noBackend.rawValue)] = 2
    var egress = Counters()
    egress.drops[Int(Drop.noBackend.rawValue)] = 3
    egress.events[Int(CounterIndex.newFlow.rawValue)] = 9
    let text = MetricsPage.text(
      status,
      counters: [
        CounterKey(interfaceIndex: 2, hook: 0): ingress, CounterKey(interfaceIndex: 9, hook: 1): egress,
      ])
    let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasSuffix(" 0") }
    #expect(
      samples == [
        "felix_int_dataplane_apply_time_seconds_sum 0.75", "felix_int_dataplane_apply_time_seconds_count 2",
        "felix_int_dataplane_failures 1", "felix_int_dataplane_initial_resync_time_seconds 1.5", "felix_resync_state 3",
        "felix_calc_graph_updates_processed{type=\"nodes\"} 2", "felix_calc_graph_updates_processed{type=\"pods\"} 7",
        "felix_cluster_num_hosts 2", "felix_active_local_endpoints 3", "felix_bpf_dataplane_endpoints 3",
        "felix_bpf_happy_dataplane_endpoints 2", "felix_bpf_dirty_dataplane_endpoints 1",
        "apus_bpf_nat_frontends{ip_version=\"4\"} 1", "apus_bpf_nat_frontends{ip_version=\"6\"} 2",
        "apus_bpf_nat_backends{ip_version=\"4\"} 3", "apus_bpf_nat_backends{ip_version=\"6\"} 4",
        "apus_bpf_routes{ip_version=\"4\"} 5", "apus_bpf_routes{ip_version=\"6\"} 6",
        "apus_kernel_routes{ip_version=\"4\"} 7", "apus_kernel_routes{ip_version=\"6\"} 8",
        "apus_bpf_map_writes_total 40", "apus_bpf_dropped_packets_total{reason=\"noBackend\"} 5",
        "apus_bpf_events_total{event=\"newFlow\"} 9",
      ])
    // Every sample belongs to a family that is described, and every description has a sample.
    let lines = text.split(separator: "\n")
    let described = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
    let sampled = lines.filter { !$0.hasPrefix("#") }.map { line -> Substring in
      let name = line.prefix { $0 != "{" && $0 != " " }
      return ["_sum", "_count"].first { name.hasSuffix($0) }.map { name.dropLast($0.count) } ?? name
    }
    #expect(Set(described) == Set(sampled))
    #expect(described.count == Set(described).count)
  }

  @Test("labels are escaped")
  func escaping() {
    var text = MetricsText()
    text.family("m", .gauge, "h", [(["l": "a\"b\\c\nd"], 1.5)])
    #expect(text.text == "# HELP m h\n# TYPE m gauge\nm{l=\"a\\\"b\\\\c\\nd\"} 1.5\n")
  }
}
