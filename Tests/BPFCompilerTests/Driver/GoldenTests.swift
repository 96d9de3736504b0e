import Testing

@testable import BPFCompiler

/// Whole compilations whose code and types are kept as text: a change of a pass, or of the toolchain, shows here.
@Suite struct GoldenTests {
  /// Generic keys for both families, nested structs, arrays, an option set.
  static let maps = """
    import DataplaneABI

    protocol Address {}
    struct IPv4: Address { var rawValue: UInt32 }
    struct IPv6: Address { var word0: UInt32, word1: UInt32, word2: UInt32, word3: UInt32 }
    struct Flags: OptionSet { var rawValue: UInt16 }
    struct Key<A: Address> { var source: A, destination: A, port: UInt16, proto: UInt8, padding: UInt8 }
    struct Leg<A: Address> { var nextHop: A, packets: InlineArray<2, UInt32> }
    struct Flow<A: Address> {
      var legs: (Leg<A>, Leg<A>), flags: Flags, mac: InlineArray<6, UInt8>, isOpen: Bool, padding: InlineArray<7, UInt8>
    }

    nonisolated(unsafe) var flows_v4 = HashMap<Key<IPv4>, Flow<IPv4>>(1000)
    nonisolated(unsafe) var flows_v6 = HashMap<Key<IPv6>, Flow<IPv6>>(1000)
    nonisolated(unsafe) var totals = ArrayMap<InlineArray<4, UInt64>>(1)

    @c @section("tc") @used func count(_ context: Context) -> Int32 {
      if let flow = flows_v4.lookup(
        Key(source: IPv4(rawValue: 1), destination: IPv4(rawValue: 2), port: 3, proto: 6, padding: 0))
      {
        flow.pointee.legs.0.packets[1] &+= 1
        return 1
      }
      let none = IPv6(word0: 0, word1: 0, word2: 0, word3: 0)
      if let flow = flows_v6.lookup(Key(source: none, destination: none, port: 3, proto: 6, padding: 0)) {
        flow.pointee.flags.insert(Flags(rawValue: 4))
        return 2
      }
      guard let total = totals.lookup(0) else { return -1 }
      total.pointee[2] &+= 1
      return 0
    }
    """

  /// Results wider than a register, more arguments than registers, typed throws, generics by two types.
  static let functions = """
    enum Refusal: Error { case short, odd }
    struct Wide { var a: UInt64, b: UInt64, c: UInt64 }
    protocol Step { static var size: UInt32 { get } }
    enum Small: Step { static var size: UInt32 { 4 } }
    enum Large: Step { static var size: UInt32 { 40 } }

    @inline(never) func wide(_ n: UInt32) -> Wide { Wide(a: UInt64(n), b: UInt64(random()), c: 3) }
    @inline(never) func many(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ e: UInt32, _ f: UInt32) -> UInt32 {
      a &+ b &* c &+ d &* e &+ f &+ random()
    }
    @inline(never) func check<S: Step>(_ length: UInt32, _ step: S.Type) throws(Refusal) -> UInt32 {
      guard length > S.size else { throw .short }
      guard random() & 1 == 0 else { throw .odd }
      return length &- S.size
    }
    @section(".rodata") @used nonisolated(unsafe) var limit: UInt32 = 1500

    @c @section("tc") @used func run(_ context: Context) -> Int32 {
      let w = wide(random())
      let n = many(1, 2, UInt32(truncatingIfNeeded: w.a), UInt32(truncatingIfNeeded: w.b), 5, limit)
      do throws(Refusal) {
        let left = try check(n, Small.self)
        return Int32(truncatingIfNeeded: try check(left, Large.self))
      } catch {
        switch error {
        case .short: return -1
        case .odd: return -2
        }
      }
    }
    """

  /// Every kind of field that a value may have.
  static let layouts = """
    struct Pair<A, B> { var second: B, first: A }
    struct Both<A, B> { var straight: Pair<A, B>, crossed: Pair<B, A> }
    struct Bits: OptionSet { var rawValue: UInt32 }
    struct Values {
      var wide: UInt128
      var pointer: UnsafeMutablePointer<UInt32>
      var number: Int
      var signed: (Int32, Int16, Int8, Int8)
      var half: UInt16, flag: Bool, byte: UInt8
      var same: (UInt16, UInt16, UInt16)
      var last: UInt16
      var bits: Bits
      var rows: InlineArray<2, InlineArray<3, UInt16>>
      var both: Both<UInt16, InlineArray<2, UInt16>>
    }
    struct Hidden { var before: UInt8, maybe: UInt16?, after: UInt64 }

    nonisolated(unsafe) var values = ArrayMap<Values>(1)
    nonisolated(unsafe) var hidden = ArrayMap<Hidden>(1)

    @c @section("tc") @used func read(_ context: Context) -> Int32 {
      guard let value = values.lookup(0), let other = hidden.lookup(0) else { return 0 }
      return value.pointee.flag ? 1 : Int32(truncatingIfNeeded: other.pointee.after)
    }
    """

  @Test(arguments: [("maps", maps), ("functions", functions)])
  func codeIsTheSame(_ name: String, _ program: String) throws {
    let compilation = try KernelCompilation()
    try compilation.compile(program, modules: ["DataplaneABI"])
    try Golden.expect(try compilation.disassembly(), "\(name).code")
  }

  @Test(
    .enabled(if: Tool.bpftool != nil, "bpftool is not installed"),
    arguments: [("maps", maps), ("functions", functions), ("layouts", layouts)])
  func typesAreTheSame(_ name: String, _ program: String) throws {
    let compilation = try KernelCompilation()
    // A remark would say that a map's types and its sizes do not agree.
    #expect(try compilation.compile(program, modules: ["DataplaneABI"]) == [])
    try Golden.expect(try compilation.types(try #require(Tool.bpftool)), "\(name).types")
  }

  @Test func theSectionsAreThoseThatLoadersKnow() throws {
    let compilation = try KernelCompilation()
    try compilation.compile(Self.functions)
    let object = try ELFObject(try Files.read(compilation.object))
    let names = object.sections.map(\.name).filter { !$0.isEmpty && !$0.hasPrefix(".rel") }
    #expect(
      names.sorted() == [
        ".BTF", ".BTF.ext", ".llvm_addrsig", ".rodata.config", ".strtab", ".symtab", ".text", "license", "tc",
      ])
    let license = try #require(object.section("license"))
    #expect(try object.reader.string(at: license.offset) == "Dual MIT/GPL")
  }

  @Test func theIRIsKeptOnRequest() throws {
    let compilation = try KernelCompilation()
    try compilation.compile(Self.functions, keepsIR: true)
    let kept = try Files.readText(compilation.workFolder + "/01-FindMaps.ll")
    #expect(kept.contains("riscv64"))
    #expect(Files.exists(compilation.workFolder + "/14-KernelDebugInfo.ll"))
  }
}
