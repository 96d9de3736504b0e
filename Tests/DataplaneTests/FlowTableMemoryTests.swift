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

  @Test("what is free is read as the kernel writes it")
  func free() throws {
    #expect(FlowTableMemory.kibibytes("MemAvailable:   19123456 kB\n") == 19_123_456)
    for line in ["MemFree:   19123456 kB", "MemAvailable: x kB", "MemAvailable: 1 MB", ""] {
      #expect(FlowTableMemory.kibibytes(line) == nil)
    }
    let available = try #require(FlowTableMemory.available())
    #expect(available > 1 << 20)
  }
}
