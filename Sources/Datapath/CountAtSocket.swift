import DataplaneABI
import KernelRuntime

/// Adds one to the counter `slot` of the row of sockets. Makes the row if there is none.
@inline(never)
private func countAtSocket(_ slot: UInt32) {
  var key = CounterKey.sockets
  guard let row = counterRow(&key) else { return }
  let counters = UnsafeMutableRawPointer(row).assumingMemoryBound(to: UInt64.self)
  Kernel.increment(counters + Int(slot & 63))
}

@inline(__always) func countAtSocket(_ event: CounterIndex) { countAtSocket(UInt32(event.rawValue)) }
@inline(__always) func countAtSocket(_ drop: Drop) { countAtSocket(Counters.firstDrop &+ UInt32(drop.rawValue)) }
