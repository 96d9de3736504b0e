import Testing

@testable import BPFCompiler

@Suite struct PlaceGlobalsTests {
  private static let map =
    "%T6kernel7HashMapV <{ %T6kernel9BPFMapDefV <{ %Ts6UInt32V <{ i32 1 }>, %Ts6UInt32V <{ i32 4 }>, "
    + "%Ts6UInt32V <{ i32 8 }>, %Ts6UInt32V <{ i32 100 }>, %Ts6UInt32V zeroinitializer }> }>"

  @Test func aMapIsReadOffItsInitialValue() throws {
    let module = try PassRun.run(FindMaps(), "@\"$e1mvp\" = protected global \(Self.map), align 4").module
    #expect(
      module.globals[0].map == MapDefinition(type: 1, keySize: 4, valueSize: 8, maxEntries: 100, flags: 0))
  }

  @Test func aConstantOrAnotherStructIsNoMap() throws {
    let text = "@\"$e1mvp\" = constant \(Self.map)\n@\"$e1nvp\" = global %T6kernel4PairV <{ i32 1 }>"
    #expect(try PassRun.run(FindMaps(), text).module.maps.isEmpty)
  }

  @Test func mapsAndLoadTimeConstantsGetTheirSections() throws {
    let text =
      "@\"$e1mvp\" = protected global \(Self.map), align 4\n@c = global i32 1, section \".rodata\"\n@l = global i8 0"
    var module = try PassRun.run(FindMaps(), text).module
    var said: [Diagnostic] = []
    PlaceGlobals().run(on: &module, diagnostics: &said)
    #expect(module.globals.map(\.section) == [".maps", ".rodata.config", nil])
    #expect(module.globals.map(\.markers) == [[], [], ["internal"]])
    #expect(said.isEmpty)
  }

  @Test func aLoadTimeConstantMustBeAVariable() throws {
    let said = try PassRun.run(PlaceGlobals(), "@c = constant i32 1, section \".rodata\"").diagnostics
    #expect(
      said.map(\.message) == [
        "load-time constant c is a `let`, so its value is already part of the code; make it a `var`"
      ])
  }
}
