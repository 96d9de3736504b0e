import Testing

@testable import BPFCompiler

@Suite struct IRSignatureTests {
  @Test func aDefinitionIsReadWithoutItsAttributes() throws {
    let text = #"hidden swiftcc noundef signext i32 @"$e1f"(ptr noundef nonnull align 8 %0, i1 zeroext %1) #3 !dbg !7"#
    let signature = try #require(IRSignature(parsing: text))
    #expect(signature.returnType == "i32")
    #expect(signature.symbol == "$e1f")
    #expect(signature.values == [IRValue(type: "ptr", value: "%0"), IRValue(type: "i1", value: "%1")])
    #expect(signature.suffix == " #3 !dbg !7")
  }

  @Test func aReturnedStructIsOneType() throws {
    let signature = try #require(IRSignature(parsing: "protected { i64, i1 } @f()"))
    #expect(signature.returnType == "{ i64, i1 }")
    #expect(signature.values.isEmpty)
  }

  @Test func aCallThroughANumberIsAKernelHelper() throws {
    let call = try #require(IRCall(line: "  %5 = tail call i64 inttoptr (i64 7 to ptr)(ptr %1), !dbg !9"))
    #expect(call.result == "%5")
    #expect(call.signature.callee == "inttoptr (i64 7 to ptr)")
    #expect(call.signature.symbol == nil)
    #expect(call.line == "  %5 = call i64 inttoptr (i64 7 to ptr)(ptr %1), !dbg !9")
  }

  @Test func anArgumentMayBeAConstantExpression() throws {
    let call = try #require(IRCall(line: "  call void @f(ptr getelementptr inbounds (i8, ptr @x, i64 8), i32 1)"))
    #expect(call.signature.values.map(\.value) == ["getelementptr inbounds (i8, ptr @x, i64 8)", "1"])
  }

  @Test(arguments: ["  %1 = load i64, ptr %0", "  store ptr @call, ptr %0", "  ret void", "v7:"])
  func otherInstructionsAreNoCalls(_ line: String) { #expect(IRCall(line: line) == nil) }
}
