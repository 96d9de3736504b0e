import Testing

@testable import BPFCompiler

@Suite struct KeepReachableTests {
  static let text = """
    @used = global i32 1
    @unused = global i32 2
    @config = global i32 3, section ".rodata"
    define i32 @program(ptr %0) section "tc" {
      call void @helper()
      ret i32 0
    }
    define void @helper() {
      store i32 1, ptr @used
      call void @swift_retain(ptr null)
      ret void
    }
    define void @swift_retain(ptr %0) {
      store i32 1, ptr @unused
      ret void
    }
    define void @dead() {
      ret void
    }
    declare void @neverCalled()
    """

  @Test func whatNoProgramLeadsToIsDropped() throws {
    let module = try PassRun.run(KeepReachable(), Self.text).module
    #expect(module.functions.map(\.name) == ["program", "helper"])
    #expect(module.globals.map(\.name) == ["used", "config"])
  }

  @Test func theSwiftRuntimeLosesItsBodies() throws {
    let module = try PassRun.run(KeepReachable(), Self.text).module
    #expect(module.declarations.keys.sorted() == ["swift_retain"])
    #expect(module.text.contains("declare void @swift_retain(ptr)"))
  }
}
