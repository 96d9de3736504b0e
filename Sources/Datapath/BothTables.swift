import DataplaneABI
import KernelRuntime

// While the conntrack tables are resized there are two of each kind. New entries go to the first; an entry that is in either is
// found and used where it is, so that both versions of the programs, which disagree about which one is the first, see the same.

extension IPFamily {
  /// The entry of a flow.
  @inline(__always)
  static func flow(_ key: KeyPointer<Self>) -> EntryPointer<Self>? {
    if let entry = conntrack.lookup(key) { return entry }
    return Kernel.isResizing ? otherFlow(key) : nil
  }

  /// What is in neither was perhaps just moved from the other to the first.
  @inline(never)
  private static func otherFlow(_ key: KeyPointer<Self>) -> EntryPointer<Self>? {
    otherConntrack.lookup(key) ?? conntrack.lookup(key)
  }

  /// Makes a flow's entry.
  @inline(__always)
  static func insert(_ key: KeyPointer<Self>, _ entry: EntryPointer<Self>, _ mode: UpdateMode) -> MapResult {
    guard Kernel.isResizing else {
      takeRoom()
      return conntrack.update(key, entry, mode)
    }
    return insertOnce(key, entry, mode.rawValue)
  }

  /// In one table only.
  @inline(never)
  private static func insertOnce(_ key: KeyPointer<Self>, _ entry: EntryPointer<Self>, _ mode: UInt64) -> MapResult {
    loseCount()
    if mode == UpdateMode.create.rawValue, otherConntrack.lookup(key) != nil { return .exists }
    let result = conntrack.update(key, entry, UpdateMode(rawValue: mode))
    if result == .done { otherConntrack.delete(key) }
    return result
  }

  /// The connection that is kept under the key.
  @inline(__always)
  static func kept(_ key: KeyPointer<Self>) -> EntryPointer<Self>? {
    if let entry = established.lookup(key) { return entry }
    return Kernel.isResizing ? otherKept(key) : nil
  }

  @inline(never)
  private static func otherKept(_ key: KeyPointer<Self>) -> EntryPointer<Self>? {
    otherEstablished.lookup(key) ?? established.lookup(key)
  }

  /// Ends a flow, wherever it is remembered. Tells whether it was.
  @inline(__always)
  static func forget(_ key: KeyPointer<Self>) -> Bool {
    // The other tables first: what moves is in both for a moment, and must not be left in the first.
    let wasThere = Kernel.isResizing ? forgetOther(key) : false
    if key.pointee.protocolNumber == IPProtocolNumber.tcp { established.delete(key) }
    return conntrack.delete(key) == .done || wasThere
  }

  @inline(never)
  private static func forgetOther(_ key: KeyPointer<Self>) -> Bool {
    otherEstablished.delete(key)
    return otherConntrack.delete(key) == .done
  }
}
