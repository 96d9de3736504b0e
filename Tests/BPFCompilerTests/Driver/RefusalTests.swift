import Testing

@testable import BPFCompiler

/// What a program in the kernel may not do, each with the line and the words that its author sees.
@Suite struct RefusalTests {
  /// The first line of what is said about a program with this body; `length` is a number that nobody knows.
  private func refusal(of body: String, declarations: String = "") throws -> String {
    let program = """
      \(declarations)
      @c @section("tc") @used func program(_ context: Context) -> Int32 {
        let length = random(); _ = length
        \(body)
      }
      """
    return try KernelCompilation().refusal(program)
  }

  @Test func arithmeticThatMayOverflow() throws {
    #expect(
      try refusal(of: "return Int32(truncatingIfNeeded: length + 1)")
        == "Program.swift:4:43: error: arithmetic overflow: this can trap, which a program in the kernel must not; "
        + "use &+ &- &*")
  }

  @Test func aConversionThatMayNotFit() throws {
    let said = try refusal(of: "return Int32(length)")
    #expect(said.hasPrefix("Program.swift:4:"))
    #expect(said.hasSuffix("convert with truncatingIfNeeded:"))
  }

  @Test func anIndexThatMayBeOutOfBounds() throws {
    let said = try refusal(
      of: "return table[Int(length)]", declarations: "let table: InlineArray<4, Int32> = [1, 2, 3, 4]")
    #expect(said.hasPrefix("Program.swift:4:"))
    #expect(said.contains("can trap"))
  }

  @Test func anIndexBehindAMaskIsFine() throws {
    let said = try refusal(
      of: "return table[Int(length & 3)]", declarations: "let table: InlineArray<4, Int32> = [1, 2, 3, 4]")
    #expect(said == "")
  }

  @Test func unwrappingByForce() throws {
    #expect(
      try refusal(of: "return numbers.lookup(length)!.pointee", declarations: Self.map)
        .contains("can trap, which a program in the kernel must not; unwrap with guard let"))
  }

  @Test func aDivisorThatMayBeZero() throws {
    #expect(
      try refusal(of: "return Int32(truncatingIfNeeded: 7 / length)").hasSuffix("guard that the divisor is not 0"))
    #expect(
      try refusal(of: "guard length != 0 else { return 0 }\n  return Int32(truncatingIfNeeded: 7 / length)") == "")
  }

  @Test func aFatalError() throws {
    #expect(
      try refusal(of: "guard length > 7 else { fatalError() }\n  return 0").hasPrefix("Program.swift:4:27: error:"))
  }

  @Test func signedDivision() throws {
    let said = try refusal(of: "let n = Int32(truncatingIfNeeded: length)\n  return n / (n & 7 | 1)")
    #expect(said.hasPrefix("Program.swift:5:"))
    #expect(said.contains("no signed division"))
  }

  @Test func aClass() throws {
    let said = try refusal(
      of: "let box = Box(length)\n  keep(box)\n  return box.value",
      declarations: """
        final class Box { var value: Int32; init(_ v: UInt32) { value = Int32(truncatingIfNeeded: v) } }
        @inline(never) func keep(_ box: Box) { box.value &+= 1 }
        """)
    #expect(said.hasPrefix("Program.swift:"))
    #expect(said.contains("this needs the Swift runtime (swift_"))
  }

  @Test func anArray() throws {
    let said = try refusal(of: "var a: [UInt32] = []\n  a.append(length)\n  return Int32(truncatingIfNeeded: a.count)")
    #expect(said.contains("Program.swift:5:"))
    #expect(said.contains("this needs the Swift runtime (swift_"))
  }

  @Test func aGlobalThatIsInitialisedLazily() throws {
    let said = try refusal(of: "return Int32(truncatingIfNeeded: lazily)", declarations: "let lazily = random()")
    #expect(said.contains("swift_once"))
  }

  @Test func moreStackThanThereIs() throws {
    let said = try refusal(
      of: """
        var big = InlineArray<100, UInt64>(repeating: UInt64(length))
          return withUnsafeMutablePointer(to: &big) { (helper(4) as @convention(c) (Context, Context) -> Int32)($0, context) }
        """)
    #expect(said.hasPrefix("Program.swift:"))
    #expect(said.contains("512 bytes of stack") || said.contains("too much memory at once"))
  }

  @Test func moreStackThanAChainOfCallsMayTake() throws {
    let said = try refusal(
      of: "return a(length, context)",
      declarations: """
        @inline(always) func touch(_ n: UInt32, _ context: Context) -> Int32 {
          var big = InlineArray<30, UInt64>(repeating: UInt64(n))
          return withUnsafeMutablePointer(to: &big) { (helper(4) as @convention(c) (Context, Context) -> Int32)($0, context) }
        }
        @inline(never) func a(_ n: UInt32, _ context: Context) -> Int32 { b(n, context) &+ touch(n, context) }
        @inline(never) func b(_ n: UInt32, _ context: Context) -> Int32 { c(n, context) &+ touch(n, context) }
        @inline(never) func c(_ n: UInt32, _ context: Context) -> Int32 { touch(n, context) }
        """)
    #expect(said.contains("program program needs"))
    #expect(said.contains("bytes of stack, the kernel gives 512: program 32 → a 256 → b 256 → c 256"))
  }

  @Test func tooLargeACopy() throws {
    let said = try refusal(
      of: """
        guard let from = rows.lookup(0), let to = rows.lookup(1) else { return 0 }
          to.pointee = from.pointee
          return 0
        """,
      declarations: """
        struct Row { var words: InlineArray<200, UInt64> }
        nonisolated(unsafe) var rows = ArrayMap<Row>(2)
        """)
    #expect(said.hasPrefix("Program.swift:"))
    #expect(said.contains("too much memory at once for BPF (mem"))
  }

  @Test func aKeyWithPadding() throws {
    #expect(
      try refusal(
        of: "return pairs.lookup(Pair(a: 1, b: 2)) == nil ? 0 : 1",
        declarations: """
          struct Pair { var a: UInt8, b: UInt32 }
          nonisolated(unsafe) var pairs = HashMap<Pair, UInt32>(8)
          """)
        == "Program.swift:2:1: error: the key of map pairs has padding, which would be compared as garbage; "
        + "add fields that fill it")
  }

  @Test func aValueWithPadding() throws {
    let said = try refusal(
      of: "return pairs.lookup(0) == nil ? 0 : 1",
      declarations: """
        struct Pair { var a: UInt32, b: UInt64 }
        nonisolated(unsafe) var pairs = ArrayMap<Pair>(8)
        """)
    #expect(said.hasPrefix("Program.swift:2:1: error: the value of map pairs has padding"))
  }

  @Test func anEnumInAMap() throws {
    let said = try refusal(
      of: "return Int32(truncatingIfNeeded: states.lookup(0)?.pointee.n ?? 0)",
      declarations: """
        enum Phase: UInt32 { case new = 1, open = 6 }
        struct State { var n: UInt32, phase: Phase, pad: (UInt8, UInt8, UInt8) }
        nonisolated(unsafe) var states = ArrayMap<State>(8)
        """)
    #expect(said.contains("error: map states holds the enum Phase"))
  }

  @Test func aLoadTimeConstantThatIsFolded() throws {
    let said = try refusal(
      of: "return Int32(truncatingIfNeeded: limit)", declarations: "@section(\".rodata\") @used let limit: UInt32 = 5")
    #expect(said.contains("Program.swift:1:1: error: load-time constant limit is a `let`"))
  }

  @Test func aProgramWithTwoArguments() throws {
    let said = try KernelCompilation().refusal(
      """
      @c @section("tc") @used
      func program(_ a: Context, _ b: Int, _ c: Int, _ d: Int, _ e: Int, _ f: Int) -> Int32 { 0 }
      """)
    #expect(said.hasPrefix("Program.swift:"))
    #expect(said.contains("program program must take the context alone"))
  }

  @Test func wrongSwiftIsAPlainSwiftError() throws {
    let compilation = try KernelCompilation()
    let said = compilation.refusal("@c @section(\"tc\") @used func program(_ context: Context) -> Int32 { nothing }")
    #expect(said.contains("\(compilation.folder)/Program.swift:1:69: error: cannot find 'nothing' in scope"))
  }

  @Test func whatWasRefusedLeavesNoObject() throws {
    let compilation = try KernelCompilation()
    _ = compilation.refusal(
      "@c @section(\"tc\") @used func program(_ context: Context) -> Int32 { Int32(random()) }")
    #expect(!Files.exists(compilation.object))
    #expect(!Files.exists(compilation.folder + "/Embedded.swift"))
  }

  private static let map = "nonisolated(unsafe) var numbers = HashMap<UInt32, Int32>(8)"
}
