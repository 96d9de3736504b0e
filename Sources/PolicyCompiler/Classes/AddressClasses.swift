import DataplaneABI
import Policy

/// Which addresses are in the same sets: what the kernel's maps of classes have to hold, kept up to date change by change.
///
/// Programs ask for an address's class once, however many sets their rules name. Nothing of the running kernel.
public struct AddressClasses {
  private var names = SetNames()
  private var prefixes: [AddressFamily: PrefixClasses] = [:]
  private var ports: [AddressFamily: PortClasses] = [:]
  /// The largest number given.
  private var numbers: UInt32 = 0

  public init() {
    for family in AddressFamily.allCases {
      prefixes[family] = PrefixClasses(family)
      ports[family] = PortClasses(family)
    }
  }

  /// What is to be written after all of these changes, taken as one. To become a member twice, or to leave where there is no member, is no
  /// change; ports of protocols without ports have no class, since no packet has them.
  public mutating func apply(_ changes: some Sequence<SetChange>) -> ClassWrites {
    for change in changes {
      let set = names.number(change.set)
      switch change.member {
      case .prefix(let prefix): prefixes[prefix.family]?.change(prefix, set, isMember: change.isMember)
      case .port(let address, let proto, let port):
        guard TransportSet.protocolsWithPorts.contains(proto) else { continue }
        let member = PortMember(address, proto: proto, port: port)
        ports[address.family]?.change(member, set, isMember: change.isMember)
      }
    }
    var writes = ClassWrites()
    for family in AddressFamily.allCases {
      prefixes[family]?.write(&writes, names, &numbers)
      ports[family]?.write(&writes, names, &numbers)
    }
    return writes
  }

  /// Every class that something is in, for a policy that is loaded now.
  public func classes(_ family: AddressFamily) -> [AddressClass] {
    (prefixes[family]?.all(names) ?? []) + (ports[family]?.all(names) ?? [])
  }
}
