import DataplaneABI
import EBPF

extension LinuxKernel {
  /// What the agent remembers of the size that conntrack tables grew to, under 0. It lives and goes with the other pins.
  public func grownSizeTable() throws -> KernelTable<UInt32, GrownSize> {
    let spec = MapSpec(
      name: MapName.grownConntrack, type: .hash, key: UInt32.self, value: GrownSize.self, maxEntries: 1)
    let map = try Map.openOrCreate(spec, pinnedAt: folder.map(spec.name))
    return KernelTable(try map.typed(UInt32.self, GrownSize.self))
  }

  /// Tables that grow by themselves get no more than an eighth of the machine's memory, and half of what is free.
  ///
  /// - Throws: one sentence if tables of so many entries would take more, once and for all; connections that are kept may come to
  ///   as much again.
  public func checkGrowth(to entries: UInt32) throws {
    let need = try FlowTable.all.reduce(UInt64(0)) { sum, table in
      let info = try datapath.map(table.name).info
      return sum
        + FlowTableMemory.need(
          MapSpec(
            name: table.name, type: info.type, keySize: UInt32(info.keySize), valueSize: UInt32(info.valueSize),
            maxEntries: entries, flags: info.flags))
    }
    try FlowTableMemory.checkGrowth(need, total: FlowTableMemory.total(), available: FlowTableMemory.available())
  }
}
