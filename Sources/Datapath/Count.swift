import DataplaneABI
import KernelRuntime

/// Adds one to the counter `slot` of the interface's hook: events from 0, drops from 16. Makes the row if there is none.
@inline(never)
func count(_ interfaceIndex: UInt32, _ hook: UInt32, _ slot: UInt32) {
  var key = CounterKey(interfaceIndex: interfaceIndex, hook: hook)
  var row = cali_counters.lookup(&key)
  if row == nil {
    guard let scratch = Scratch.current else { return }
    let zeroes = withUnsafeMutablePointer(to: &scratch.pointee.zeroes) { $0 }
    guard cali_counters.update(&key, zeroes, .create) == .done else { return }
    row = cali_counters.lookup(&key)
  }
  guard let row else { return }
  let counters = UnsafeMutableRawPointer(row).assumingMemoryBound(to: UInt64.self)
  counters[Int(slot & 63)] &+= 1
}

@inline(__always) func count(_ event: CounterIndex, _ interfaceIndex: UInt32, _ hook: Hook) {
  count(interfaceIndex, hook.rawValue, UInt32(event.rawValue))
}

@inline(__always) func count(_ drop: Drop, _ interfaceIndex: UInt32, _ hook: Hook) {
  count(interfaceIndex, hook.rawValue, 16 &+ UInt32(drop.rawValue))
}
