import Dataplane
import DataplaneABI

/// What sweeps did, under Felix' names.
extension MetricsPage {
  static func sweeps(_ totals: SweepTotals, _ page: inout MetricsText) {
    page.metric("felix_bpf_conntrack_sweeps", .counter, "Sweeps of the flows.", Double(totals.count))
    guard let last = totals.last else { return }
    page.metric("felix_bpf_conntrack_used", .gauge, "Entries left by the last sweep.", Double(last.used))
    page.metric("felix_bpf_conntrack_cleaned", .gauge, "Entries removed by the last sweep.", Double(last.cleaned))
    page.metric(
      "felix_bpf_conntrack_cleaned_total", .counter, "Entries removed.", Double(totals.ended.values.reduce(0, &+)))
    page.metric(
      "felix_bpf_conntrack_sweep_duration", .gauge, "Time that the last sweep took, nanoseconds.",
      (last.duration.seconds * 1e9).rounded())
    page.summary("felix_bpf_conntrack_cleaner_seconds", "Time that sweeps took.", totals.time)
    page.metric(
      "felix_bpf_conntrack_expired", .gauge, "Entries that the last sweep removed because their time was over.",
      Double(last.cleaned - last.stale))
    page.family(
      "felix_bpf_conntrack_expired_total", .counter, "Entries removed because their time was over, by reason.",
      FlowEnd.allCases.filter { !$0.isStale }.map { (["reason": $0.felixReason], Double(totals.ended[$0] ?? 0)) })
    page.metric(
      "felix_bpf_conntrack_stale_nat", .gauge,
      "Entries that the last sweep removed because they led to a backend that is gone, or past a service.",
      Double(last.stale))
    let stale = FlowEnd.allCases.filter(\.isStale).reduce(0) { $0 &+ (totals.ended[$1] ?? 0) }
    page.metric(
      "felix_bpf_conntrack_stale_nat_total", .counter,
      "Entries removed because they led to a backend that is gone, or past a service.", Double(stale))
    page.metric(
      "apus_bpf_conntrack_backend_gone", .gauge, "TCP flows whose senders are told that their backend is gone.",
      Double(last.told))
    fills(last, &page)
  }
}

extension MetricsPage {
  /// How full the last sweep left each family's table.
  static func fills(_ report: SweepReport, _ page: inout MetricsText) {
    let rows = zip(["4", "6"], report.fills)
    page.family(
      "apus_bpf_conntrack_entries", .gauge, "Entries left in the conntrack tables by the last sweep.",
      rows.map { (["ip_version": $0], Double($1.used)) })
    page.family(
      "apus_bpf_conntrack_answered", .gauge,
      "Entries met by the last sweep whose flows went both ways, TCP's established.",
      rows.map { (["ip_version": $0], Double($1.answered)) })
  }

  /// What the conntrack tables were made for.
  static func tableSize(_ tables: TableSize, _ page: inout MetricsText) {
    guard let entries = tables.entries else { return }
    page.metric(
      "apus_bpf_conntrack_capacity", .gauge, "Entries that each conntrack table is made for.", Double(entries))
    page.metric(
      "apus_bpf_conntrack_resizes_total", .counter, "Changes of the conntrack tables' size.", Double(tables.changes))
    page.metric(
      "apus_bpf_conntrack_growths_total", .counter, "Times that the conntrack tables were full and grew.",
      Double(tables.growths))
    page.metric(
      "apus_bpf_conntrack_moved_total", .counter, "Entries that were moved to tables of another size.",
      Double(tables.moved))
    page.metric(
      "apus_bpf_conntrack_refused_total", .counter, "Entries that found no place in tables of another size.",
      Double(tables.refused))
  }
}

extension FlowEnd {
  /// Whether the flow was removed although it was not over.
  var isStale: Bool { self == .backendGone || self == .serviceSince }

  /// What Felix calls it.
  var felixReason: String {
    switch self {
    case .resetSeen: "RST seen"
    case .finsSeen: "FINs seen"
    case .establishedSilent: "no traffic on established flow for too long"
    case .unanswered: "no traffic on pre-established flow for too long"
    case .udpSilent: "no traffic on UDP flow for too long"
    case .icmpSilent: "no traffic on ICMP flow for too long"
    case .genericSilent: "no traffic on generic IP flow for too long"
    case .orphan: "no reverse for forward"
    case .backendGone, .serviceSince: "stale NAT"
    }
  }
}
