import Testing

@testable import BPFCompiler

@Suite struct MapChecksTests {
  private func refused(_ type: Int, name: String = "m", key: Int = 4, entries: Int = 8, flags: Int = 0) -> [String] {
    MapChecks(name: name).refused(
      by: MapDefinition(type: type, keySize: key, valueSize: 8, maxEntries: entries, flags: flags))
  }

  @Test func aPlainHashIsFine() { #expect(refused(1) == []) }

  @Test func namesEndAtFifteenCharacters() {
    #expect(refused(1, name: "cali_v4_nat_fe1") == [])
    #expect(
      refused(1, name: "cali_v4_frontends") == [
        "the name of map cali_v4_frontends has 17 characters, the kernel takes 15"
      ])
  }

  @Test func aMapNeedsRoom() {
    #expect(refused(2, entries: 0) == ["map m has room for no entry"])
    #expect(refused(4, entries: 0) == [])
  }

  @Test func anLPMTrieIsNotPreallocated() {
    #expect(refused(11, key: 8, flags: 1) == [])
    #expect(
      refused(11, key: 8) == ["map m is an LPM trie, which the kernel makes only with BPF_F_NO_PREALLOC"])
    #expect(refused(11, key: 4, flags: 1).count == 1)
  }
}
