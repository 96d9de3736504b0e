import DataplaneABI
import KernelRuntime

/// The row of a hook, made if there is none.
@inline(__always) func counterRow(_ key: UnsafePointer<CounterKey>) -> UnsafeMutablePointer<Counters>? {
  if let row = cali_counters.lookup(key) { return row }
  // Whoever runs here, the zeroes stay zeroes.
  guard let scratch = Scratch.current else { return nil }
  let zeroes = withUnsafeMutablePointer(to: &scratch.pointee.zeroes) { $0 }
  guard cali_counters.update(key, zeroes, .create) == .done else { return nil }
  return cali_counters.lookup(key)
}

/// Adds one to the counter `slot` of the interface's hook: events from 0, drops from `Counters.firstDrop`. Makes the row if there is none.
@inline(never)
func count(_ interfaceIndex: UInt32, _ hook: UInt32, _ slot: UInt32) {
  var key = CounterKey(interfaceIndex: interfaceIndex, hook: hook)
  guard let row = counterRow(&key) else { return }
  let counters = UnsafeMutableRawPointer(row).assumingMemoryBound(to: UInt64.self)
  counters[Int(slot & 63)] &+= 1
}

/// Counts a flow that was opened, `isToService` 1 if to a service's backend, `isRelayed` 1 if that is on another node; one look-up
/// for all.
@inline(never)
func countFlow(_ interfaceIndex: UInt32, _ hook: UInt32, isToService: UInt64, isRelayed: UInt64) {
  var key = CounterKey(interfaceIndex: interfaceIndex, hook: hook)
  guard let row = counterRow(&key) else { return }
  row.pointee.events[Int(CounterIndex.newFlow.rawValue)] &+= 1
  row.pointee.events[Int(CounterIndex.serviceFlow.rawValue)] &+= isToService
  row.pointee.events[Int(CounterIndex.relayed.rawValue)] &+= isRelayed
}

@inline(__always) func count(_ event: CounterIndex, _ interfaceIndex: UInt32, _ hook: Hook) {
  count(interfaceIndex, hook.rawValue, UInt32(event.rawValue))
}

@inline(__always) func count(_ drop: Drop, _ interfaceIndex: UInt32, _ hook: Hook) {
  count(interfaceIndex, hook.rawValue, Counters.firstDrop &+ UInt32(drop.rawValue))
}
