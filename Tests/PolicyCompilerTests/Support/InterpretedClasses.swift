import BPFInterpreter
import DataplaneABI
import PolicyCompiler

/// The maps of classes, as interpreted programs find them.
final class InterpretedClasses {
  private var maps: [String: [[UInt8]: UnsafeMutableRawPointer]] = [:]

  deinit {
    for map in maps.values { for element in map.values { element.deallocate() } }
  }

  /// Writes addresses and ports; policies have to have the rows of new classes by then.
  func write(_ writes: ClassWrites) {
    for (prefix, number) in writes.addresses {
      set(prefix.isIPv4 ? MapName.addressSets4 : MapName.addressSets6, prefix.classKey, number)
    }
    for (member, number) in writes.ports {
      set(member.address.isIPv4 ? MapName.portSets4 : MapName.portSets6, member.classKey, number)
    }
  }

  func element(of map: String, _ key: [UInt8]) -> UnsafeMutableRawPointer? {
    switch map {
    case MapName.addressSets4, MapName.addressSets6: maps[map]?.longestPrefix(of: key)
    default: maps[map]?[key]
    }
  }

  private func set(_ map: String, _ key: [UInt8], _ number: UInt32?) {
    maps[map, default: [:]].removeValue(forKey: key)?.deallocate()
    guard let number else { return }
    let place = UnsafeMutableRawPointer.allocate(byteCount: 4, alignment: 4)
    place.storeBytes(of: number, as: UInt32.self)
    maps[map, default: [:]][key] = place
  }
}
