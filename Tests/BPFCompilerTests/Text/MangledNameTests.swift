import Testing

@testable import BPFCompiler

@Suite struct MangledNameTests {
  @Test(arguments: [
    ("$e6kernel10cali_v4_ctSivp", "cali_v4_ct"),
    ("$e6kernel3fooyyF", "foo"),
    ("$e6kernel5CountV3addyyF", "Count_add"),
    ("$e6kernel3fooyyFyycfU_", "closure_1_foo"),
  ])
  func symbolsGetTheNameThatAPersonWrote(_ symbol: String, _ plain: String) {
    #expect(MangledName(symbol)?.plain == plain)
  }

  @Test func otherSymbolsAreNotMangled() {
    #expect(MangledName("workload_ingress") == nil)
    #expect(MangledName("$enonsense") == nil)
  }

  @Test func identifiersHoldLettersDigitsAndUnderscores() {
    #expect(MangledName.identifier("a.b<c>") == "a_b_c")
    #expect(MangledName.identifier("1st") == "_1st")
    #expect(MangledName.identifier("") == "_")
  }

  @Test func namesOfGenericsNameTheirArguments() {
    #expect(GenericName.plain("kernel.Key<kernel.IPv4Address>") == "Key_IPv4Address")
    #expect(GenericName.plain("kernel.Pair<A, kernel.Leg<B>>", arguments: ["X", "Y"]) == "Pair_X_Leg_Y")
  }
}
