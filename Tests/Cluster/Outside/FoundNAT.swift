import DataplaneABI
import EBPF
import Netlink

@testable import Lab

/// What a node's pinned maps hold, all rows of them.
enum FoundNAT {
  static func state(on node: String) throws -> NATState {
    var state = NATState()
    try FamilyRows<IPv4Address>(
      on: node, MapName.frontends4, MapName.backends4, MapName.members4, MapName.sourceRanges4
    ).add(to: &state)
    try FamilyRows<IPv6Address>(
      on: node, MapName.frontends6, MapName.backends6, MapName.members6, MapName.sourceRanges6
    ).add(to: &state)
    let ports = try TestLab.nodeState(node).nodePorts
    if ports.count > 0 { state.nodePorts = [ports.first, ports.first + (ports.count - 1)] }
    return state
  }
}

/// The rows of one family.
private struct FamilyRows<Address: TextualIPAddress> {
  private let frontends: [(key: FrontendKey<Address>, value: Frontend)]
  private var backends: [BackendKey: String] = [:]
  private var slots: [BackendKey: String] = [:]
  private var members: [UInt32: [String: [String]]] = [:]
  private var ranges: [UInt32: Set<String>] = [:]
  private var strays: [String] = []

  init(on node: String, _ frontends: String, _ backends: String, _ members: String, _ ranges: String) throws {
    self.frontends = try TestLab.map(frontends, on: node, FrontendKey<Address>.self, Frontend.self).entries()
    self.backends = try Self.backends(backends, node)
    slots = try Self.backends(Address.bitWidth == 128 ? MapName.maglev6 : MapName.maglev4, node)
    for (key, flags) in try TestLab.map(members, on: node, MemberKey<Address>.self, MemberFlags.self).entries() {
      let words = [(MemberFlags.serving, "serving"), (.takesNew, "takesNew")].filter { flags.contains($0.0) }.map(\.1)
      let unknown = flags.subtracting([.serving, .takesNew])
      self.members[key.id, default: [:]]["\(Self.text(key.address)) \(key.port.host)"] =
        words + (unknown.isEmpty ? [] : ["\(unknown)"])
    }
    for (key, _) in try TestLab.map(ranges, on: node, SourceRangeKey<Address>.self, UInt32.self).entries() {
      guard key.prefixLength >= 32 else {
        strays.append("a source range of \(key.prefixLength) bits is there")
        continue
      }
      self.ranges[key.id, default: []].insert("\(Self.text(key.address))/\(key.prefixLength - 32)")
    }
  }

  private static func backends(_ map: String, _ node: String) throws -> [BackendKey: String] {
    let rows = try TestLab.map(map, on: node, BackendKey.self, Backend<Address>.self).entries()
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, "\(text($0.value.address)) \($0.value.port.host)") })
  }

  /// Takes out the Maglev table of a frontend: all slots of it have an owner, or none, where there is no backend.
  private mutating func owners(_ name: NATState.Key, _ frontend: Frontend) -> Set<String> {
    let found = (0..<UInt32(frontend.maglevSlots)).compactMap {
      slots.removeValue(forKey: BackendKey(id: frontend.id, ordinal: $0))
    }
    if !found.isEmpty, found.count < Int(frontend.maglevSlots) {
      strays.append("\(name): \(found.count) of \(frontend.maglevSlots) slots are there")
    }
    return Set(found)
  }

  /// Each row of the other maps belongs to one frontend; what is left over is astray.
  func add(to state: inout NATState) throws {
    var rest = self
    var identifiers: Set<UInt32> = []
    for (key, value) in frontends {
      let name = NATState.Key(
        address: key.address == .everyNode ? NATState.everyNode : Self.text(key.address), port: key.port.host,
        proto: key.proto, isIPv6: Address.bitWidth == 128)
      if value.id == 0 || !identifiers.insert(value.id).inserted {
        rest.strays.append("\(name) has the id \(value.id), as another has")
      }
      var frontend = NATState.Frontend()
      frontend.flags = Self.words(value.flags)
      frontend.affinitySeconds = value.affinitySeconds
      frontend.members = rest.members.removeValue(forKey: value.id) ?? [:]
      frontend.ranges = rest.ranges.removeValue(forKey: value.id) ?? []
      frontend.owners = rest.owners(name, value)
      for ordinal in 0..<value.count {
        guard let backend = rest.backends.removeValue(forKey: BackendKey(id: value.id, ordinal: ordinal)) else {
          rest.strays.append("\(name): backend \(ordinal) of \(value.count) is missing")
          continue
        }
        let isNew =
          ordinal < value.clusterFirst
          ? frontend.reserved.insert(backend).inserted
          : ordinal < value.localCount
            ? frontend.local.insert(backend).inserted : frontend.remote.insert(backend).inserted
        if !isNew { rest.strays.append("\(name): \(backend) is there twice") }
      }
      if value.clusterFirst > value.localCount || value.localCount > value.count {
        rest.strays.append("\(name) counts \(value)")
      }
      state.frontends[name] = frontend
    }
    state.strays += rest.strays + rest.leftOver
  }

  private var leftOver: [String] {
    let family = "IPv\(Address.bitWidth == 128 ? 6 : 4)"
    return backends.map { "\(family) backend \($0.id):\($0.ordinal) is \($1) and nobody's" }
      + slots.map { "\(family) slot \($0.id):\($0.ordinal) is \($1) and nobody's" }
      + members.map { "\(family) members of \($0) are \($1) and nobody's" }
      + ranges.map { "\(family) ranges of \($0) are \($1) and nobody's" }
  }

  private static func words(_ flags: FrontendFlags) -> [String] {
    let known = [
      (FrontendFlags.externalLocal, "externalLocal"), (.internalLocal, "internalLocal"),
      (.sourceRanges, "sourceRanges"), (.maglev, "maglev"),
    ]
    let unknown = known.reduce(flags) { $0.subtracting($1.0) }
    return known.filter { flags.contains($0.0) }.map(\.1) + (unknown.isEmpty ? [] : ["\(unknown)"])
  }

  /// As the expected state has it.
  private static func text(_ address: Address) -> String {
    let bytes = withUnsafeBytes(of: address) { Array($0) }
    return InetAddress(bytes: bytes).map { "\($0)" } ?? "\(bytes)"
  }
}
