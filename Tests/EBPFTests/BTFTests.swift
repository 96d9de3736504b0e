import Testing

@testable import EBPF

@Suite("BTF")
struct BTFTests {
  @Test("What is written is read back the same, whatever the kind")
  func roundTrip() throws {
    var btf = BTF()
    let int = btf.addInteger("int", bits: 32, isSigned: true)
    let structure = btf.addStructure("Pair", size: 8, [("low", int, 0), ("high", int, 4)])
    for body: BTFType.Body in [
      .pointer(structure), .union(size: 4, members: [.init("a", int, offset: 0)], hasBitFields: true),
      .enumeration(size: 4, values: [.init("one", 1), .init("minus", -1)], isSigned: true),
      .enumeration64(size: 8, values: [.init("big", 1 << 40)], isSigned: false), .forward(isUnion: true),
      .typedef(int), .volatile(int), .const(int), .restrict(int), .float(size: 8),
      .prototype(returns: int, parameters: [.init("x", int), .init("", 0)]), .variable(int, linkage: 1),
      .dataSection(size: 8, variables: [.init(int, offset: 4, size: 4)]), .declarationTag(structure, component: 1),
      .typeTag(int),
    ] {
      _ = btf.add(BTFType("name", body))
    }
    _ = btf.addFunction("main", returns: int, isGlobal: true)
    _ = btf.addArray(of: int, count: 3, index: int)
    let read = try BTF(parsing: btf.encoded)
    #expect(read.types == btf.types)
    #expect(read.encoded == btf.encoded)
  }

  @Test("One integer, byte by byte")
  func bytes() {
    var btf = BTF()
    _ = btf.addInteger("u8", bits: 8)
    #expect(
      btf.encoded == [
        // Magic, version 1, no flags, header of 24 bytes.
        0x9f, 0xeb, 1, 0, 24, 0, 0, 0,
        // Types: at 0, 16 bytes. Strings: at 16, 4 bytes.
        0, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 4, 0, 0, 0,
        // Name at 1, kind INT, 1 byte, 8 bits.
        1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 8, 0, 0, 0,
        0, 0x75, 0x38, 0,
      ])
  }

  @Test("Sizes go through typedefs, arrays and structs, and stop at loops")
  func sizes() {
    var btf = BTF()
    let u16 = btf.addInteger("u16", bits: 16)
    let array = btf.addArray(of: btf.add(BTFType("half", .typedef(u16))), count: 6, index: u16)
    #expect(btf.size(of: array) == 12)
    let next = BTFTypeID(btf.types.count)
    let loop = btf.add(BTFType("loop", .typedef(next)))
    #expect(btf.size(of: loop) == nil)
    #expect(btf.size(of: 0) == nil && btf.size(of: 4_000_000_000) == nil)
    let huge = btf.addArray(of: btf.addArray(of: array, count: .max, index: u16), count: .max, index: u16)
    #expect(btf.size(of: huge) == nil)
  }

  @Test("A function is found in a kernel's BTF by its name, others are not")
  func kernelFunctions() throws {
    var btf = BTF()
    let int = btf.addInteger("int", bits: 32)
    _ = btf.addFunction("bpf_skb_ct_lookup_other", returns: int, isGlobal: false)
    let wanted = btf.addFunction("bpf_skb_ct_lookup", returns: int, isGlobal: false)
    let kernel = try KernelBTF(btf.encoded)
    #expect(kernel.function(named: "bpf_skb_ct_lookup") == wanted)
    #expect(kernel.function(named: "bpf_skb_ct") == nil)
    #expect(kernel.function(named: "int") == nil)
  }

  @Test("Broken types are an error", arguments: [0, 4, 8, 12, 16, 20, 31, 36])
  func broken(_ offset: Int) {
    var btf = BTF()
    _ = btf.addInteger("u8", bits: 8)
    var bytes = btf.encoded
    bytes[min(offset, bytes.count - 1)] = 0xfe
    if offset == 36 { bytes.removeLast(4) }
    #expect(throws: ObjectError.self) { _ = try BTF(parsing: bytes) }
  }
}
