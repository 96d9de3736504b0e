import CalicoAPI

/// Keeps the kernel from giving sockets of the host the ports that translated sources get.
///
/// `net.ipv4.ip_local_reserved_ports` (both families go by it) is also an operator's: what somebody else put there is never
/// taken away. A map remembers which ports are there because of us, so that a process without memory can tell.
struct ReservedPorts {
  private var ours: TableMirror<UInt32, UInt64>
  /// The ports that were settled and not distrusted since.
  private var settled: PortSpan?

  static let parameter = "net/ipv4/ip_local_reserved_ports"

  /// - Parameter ours: `PortSet.sparseWords` of the ports that this agent added.
  init(_ ours: KernelTable<UInt32, UInt64>) { self.ours = TableMirror(ours) }

  /// Has the next `settle` read everything back.
  mutating func distrust() {
    settled = nil
    ours.distrust()
  }

  /// Reserves `wanted`, and gives back what was reserved for an earlier choice.
  ///
  /// In an order that loses nothing: ports are remembered as ours before the kernel gets them, and forgotten after it lost
  /// them.
  mutating func settle(_ wanted: PortSpan, on kernel: some InterfaceKernel) throws {
    guard settled != wanted else { return }
    guard let text = try kernel.readParameter(Self.parameter) else { return }
    let present = try Self.parse(text)
    try ours.refresh()
    let mine = PortSet(words: ours.contents)
    let theirs = present.subtracting(mine)
    let added = PortSet(wanted).subtracting(theirs)
    try ours.write(added.union(mine).sparseWords)
    try Self.write(theirs.union(added), over: present, kernel)
    try ours.write(added.sparseWords)
    try ours.remove(ours.contents.keys.filter { added.sparseWords[$0] == nil })
    settled = wanted
  }

  /// Gives back what was reserved for us. What is remembered is left to who removes the map.
  ///
  /// - Parameters:
  ///   - ours: `PortSet.sparseWords`.
  ///   - text: what the kernel has now.
  /// - Returns: what it should have; nil if that is the same.
  static func remainder(of text: String, without ours: [UInt32: UInt64]) throws -> String? {
    let present = try parse(text)
    let rest = present.subtracting(PortSet(words: ours))
    return rest == present ? nil : "\(rest)"
  }

  private static func write(_ ports: PortSet, over present: PortSet, _ kernel: some InterfaceKernel) throws {
    guard ports != present else { return }
    let text = "\(ports)"
    guard text.utf8.count < pageSize else {
      throw DataplaneFailure(
        subject: parameter, reason: "the list would be longer than a page; write ranges in place of single ports")
    }
    // Nothing at all would be no write; the kernel takes a lone newline for the empty set.
    try kernel.writeParameter(parameter, text.isEmpty ? "\n" : text)
  }

  private static func parse(_ text: String) throws -> PortSet {
    guard text.utf8.count < pageSize - 1, let ports = PortSet(text) else {
      throw DataplaneFailure(subject: parameter, reason: "what is there is not a list of ports, or too long to be read")
    }
    return ports
  }

  /// The kernel reads and writes such a list a page at a time (proc_do_large_bitmap in kernel/sysctl.c).
  private static let pageSize = 4096
}
