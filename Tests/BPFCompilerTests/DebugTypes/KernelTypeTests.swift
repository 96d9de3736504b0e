import Testing

@testable import BPFCompiler

@Suite struct KernelTypeTests {
  private let uint16 = KernelType.integer(name: "UInt16", bits: 16, encoding: .unsigned)

  private func structure(_ types: KernelType...) -> KernelType {
    .structure(name: nil, members: types.enumerated().map { .init(name: "m\($0)", type: $1) }, bits: nil)
  }

  @Test func membersLieAtTheirAlignment() {
    let type = structure(.uint8, .uint32, uint16)
    guard case .structure(_, let members, _) = type else { return }
    #expect(KernelType.offsets(members) == [0, 32, 64])
    #expect(type.bits == 80)
    #expect(type.stride == 96)
    #expect(type.alignment == 32)
  }

  @Test func paddingIsFoundInsideBehindAndBelow() {
    #expect(structure(.uint8, .uint32).hasPadding)
    #expect(structure(.uint32, .uint8).hasPadding)
    #expect(structure(structure(.uint8, .uint32), .uint32).hasPadding)
    #expect(KernelType.array(structure(.uint32, .uint8), count: 2).hasPadding)
    #expect(!structure(.uint32, uint16, .uint8, .uint8).hasPadding)
  }

  @Test func whatIsNotKnownIsNotLaidOut() {
    #expect(structure(.uint32, .opaque(bits: 40, alignment: 8)).isLaidOut)
    #expect(!structure(.uint32, .array(.opaque(bits: 40, alignment: nil), count: 2)).isLaidOut)
  }

  @Test func anEnumIsFoundWhereverItLies() {
    let proto = KernelType.enumeration(name: "Proto", cases: ["tcp", "udp"], bits: 8)
    #expect(structure(.uint32, .array(proto, count: 4)).enumeration == "Proto")
    #expect(structure(.uint32).enumeration == nil)
  }
}
