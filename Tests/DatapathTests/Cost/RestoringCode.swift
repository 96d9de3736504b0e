import EBPF

extension Assembler {
  /// Writes `frame` over the packet, and a port into it that was not there in the run before; jumps to "out" if the packet is shorter.
  /// r6 is the context afterwards. The object has a section `.data` of 8 bytes.
  ///
  /// - Parameters:
  ///   - frame: an even number of bytes counts.
  ///   - data, end: offsets of the two fields in the context.
  mutating func restore(_ frame: [UInt8], freshPortAt port: Int16?, data: Int16, end: Int16) {
    let length = frame.count & ~1
    move(.r6, .r1)
    load(.word, .r2, .r6, data)
    load(.word, .r3, .r6, end)
    move(.r4, .r2)
    arithmetic(.add, .r4, Int32(length))
    jump(.greater, .r4, .r3, to: "out")
    var offset = 0
    while offset + 8 <= length {
      loadConstant(.r5, frame[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
      store(.double, .r2, Int16(offset), .r5)
      offset += 8
    }
    while offset < length {
      store(.half, .r2, Int16(offset), Int32(frame[offset]) | Int32(frame[offset + 1]) << 8)
      offset += 2
    }
    guard let port else { return }
    loadData(.r7, section: ".data")
    load(.word, .r5, .r7, 0)
    arithmetic(.add, .r5, 1)
    store(.word, .r7, 0, .r5)
    arithmetic(.and, .r5, 0x7fff)
    arithmetic(.add, .r5, 20_000)
    swapToBigEndian(.r5, bits: 16)
    store(.half, .r2, port, .r5)
  }
}
