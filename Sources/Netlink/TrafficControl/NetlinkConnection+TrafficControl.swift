extension NetlinkConnection {
  /// Gives an interface the discipline that holds BPF filters.
  ///
  /// - Throws: an error with `isAlreadyThere` if it has one.
  public func addClsact(to interface: Int32) throws(NetlinkError) {
    try change(
      "add clsact to link \(interface)",
      MessageBuilder(
        .newQdisc, [.request, .acknowledge, .create, .exclusive], .clsact(interface), kind: "clsact"))
  }

  /// Takes the clsact discipline away, and all filters with it.
  public func deleteClsact(from interface: Int32) throws(NetlinkError) {
    try change(
      "delete clsact of link \(interface)",
      MessageBuilder(.deleteQdisc, [.request, .acknowledge], .clsact(interface), kind: "clsact"))
  }

  /// The queueing disciplines of an interface.
  public func qdiscs(interface: Int32) throws(NetlinkError) -> [Qdisc] {
    let builder = MessageBuilder(.getQdisc, [.request, .dump], TrafficControlHeader(interface: interface))
    return try list("list qdiscs of link \(interface)", builder, of: .newQdisc, Qdisc.init(message:))
      .filter { $0.interface == interface }
  }

  /// The BPF filters of an interface's clsact discipline, in the order in which they run; none without clsact.
  public func bpfFilters(interface: Int32, _ direction: TrafficDirection) throws(NetlinkError) -> [BPFFilter] {
    let header = TrafficControlHeader(interface: interface, parent: direction.parent)
    return try list(
      "list \(direction) filters of link \(interface)", MessageBuilder(.getFilter, [.request, .dump], header),
      of: .newFilter
    ) { (payload) throws(MalformedMessage) in try BPFFilter.read(payload, direction) }
    .compactMap { $0 }
  }
}
