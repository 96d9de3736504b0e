import EBPF
import Testing

@testable import Dataplane

@Suite("The memory of tables of flows")
struct FlowTableMemoryTests {
  private func spec(_ type: MapType, _ entries: UInt32, _ flags: MapFlags = []) -> MapSpec {
    MapSpec(name: "t", type: type, keySize: 16, valueSize: 152, maxEntries: entries, flags: flags)
  }

  @Test("a table that takes its entries at once needs them and its buckets, any other its buckets")
  func need() {
    #expect(FlowTableMemory.need(spec(.lruHash, 1000)) == 1024 * 16 + 1000 * 216)
    #expect(FlowTableMemory.need(spec(.hash, 1024, .noPreallocation)) == 1024 * 16)
  }

  @Test("what grows by itself gets an eighth of the memory and half of what is free, and no more")
  func growth() {
    let refusals: [(need: UInt64, total: UInt64?, available: UInt64?, String?)] = [
      (100, 800, 200, nil), (101, 800, 999, "an eighth of the memory"), (101, 8000, 200, "half of what is free"),
      (101, nil, nil, nil),
    ]
    for (need, total, available, limit) in refusals {
      if let limit {
        let failure = #expect(throws: DataplaneFailure.self) {
          try FlowTableMemory.checkGrowth(
            need << 20, total: total.map { $0 << 20 }, available: available.map { $0 << 20 })
        }
        #expect(failure?.reason == "tables of twice the size would take \(need) MiB, more than \(limit)")
      } else {
        #expect(throws: Never.self) {
          try FlowTableMemory.checkGrowth(
            need << 20, total: total.map { $0 << 20 }, available: available.map { $0 << 20 })
        }
      }
    }
  }

  @Test("what is free is read as the kernel writes it")
  func free() throws {
    #expect(FlowTableMemory.kibibytes(of: "MemAvailable", "MemAvailable:   19123456 kB\n") == 19_123_456)
    for line in ["MemFree:   19123456 kB", "MemAvailable: x kB", "MemAvailable: 1 MB", ""] {
      #expect(FlowTableMemory.kibibytes(of: "MemAvailable", line) == nil)
    }
    let available = try #require(FlowTableMemory.available())
    #expect(available > 1 << 20)
    #expect(try #require(FlowTableMemory.total()) > available)
  }
}
