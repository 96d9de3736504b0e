import DataplaneABI
import Testing

/// The kernel takes the size of a key or value from `MemoryLayout.size`, hashes whole keys, and the loader pins maps across
/// versions: a size that changes unnoticed would read other people's memory as ours.
@Suite("Layouts shared with the kernel")
struct LayoutTests {
  /// Size in bytes, and that nothing follows the last field.
  func check<T>(_ type: T.Type, _ size: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(MemoryLayout<T>.size == size, "\(T.self)", sourceLocation: sourceLocation)
    #expect(MemoryLayout<T>.stride == size, "\(T.self) has tail padding", sourceLocation: sourceLocation)
  }

  @Test("conntrack keys and values have the documented sizes")
  func conntrack() {
    check(ConntrackKey<IPv4Address>.self, 16)
    check(ConntrackKey<IPv6Address>.self, 40)
    check(ConntrackLeg.self, 48)
    check(Tuple<IPv4Address>.self, 12)
    check(Tuple<IPv6Address>.self, 36)
    check(Translation<IPv4Address>.self, 28)
    check(Translation<IPv6Address>.self, 52)
    check(ConntrackValue<IPv4Address>.self, 152)
    check(ConntrackValue<IPv6Address>.self, 200)
  }

  @Test("routes, services, counters and node state have the documented sizes")
  func others() {
    check(RouteKey<IPv4Address>.self, 8)
    check(RouteKey<IPv6Address>.self, 20)
    check(Route<IPv4Address>.self, 24)
    check(Route<IPv6Address>.self, 36)
    check(FrontendKey<IPv4Address>.self, 8)
    check(FrontendKey<IPv6Address>.self, 20)
    check(Frontend.self, 24)
    check(BackendKey.self, 8)
    check(MemberKey<IPv4Address>.self, 12)
    check(MemberKey<IPv6Address>.self, 24)
    check(Backend<IPv4Address>.self, 8)
    check(Backend<IPv6Address>.self, 20)
    check(SourceRangeKey<IPv4Address>.self, 12)
    check(SourceRangeKey<IPv6Address>.self, 24)
    check(CounterKey.self, 8)
    check(Counters.self, 512)
    check(NodeState.self, 112)
    check(SweepTally.self, 176)
    check(MoveTally.self, 32)
    check(ConntrackRoom.self, 32)
    check(SweepRequest.self, 4)
    check(PolicyQuestion.self, 92)
    check(DenialKey.self, 40)
    check(Denial.self, 32)
    check(PortSetKey<IPv4Address>.self, 8)
    check(PortSetKey<IPv6Address>.self, 20)
  }

  @Test("what connect-time balancing remembers has the documented sizes")
  func connectTime() {
    check(KernelCookie.self, 8)
    check(ChoiceKey<IPv4Address>.self, 20)
    check(ChoiceKey<IPv6Address>.self, 44)
    check(Choice<IPv4Address>.self, 20)
    check(Choice<IPv6Address>.self, 32)
    check(PeerKey<IPv4Address>.self, 16)
    check(PeerKey<IPv6Address>.self, 28)
  }

  @Test("no padding hides between the fields of anything a map holds")
  func noHiddenPadding() {
    #expect(MemoryLayout<ConntrackValue<IPv4Address>>.offset(of: \.aToB) == 16)
    #expect(MemoryLayout<ConntrackValue<IPv4Address>>.offset(of: \.bToA) == 64)
    #expect(MemoryLayout<ConntrackValue<IPv4Address>>.offset(of: \.translation) == 112)
    #expect(MemoryLayout<ConntrackValue<IPv4Address>>.offset(of: \.nextHopAToB) == 140)
    #expect(MemoryLayout<ConntrackValue<IPv6Address>>.offset(of: \.nextHopAToB) == 164)
    #expect(MemoryLayout<ConntrackLeg>.offset(of: \.mac) == 34)
    #expect(MemoryLayout<Translation<IPv6Address>>.offset(of: \.backend) == 44)
  }

  @Test("every drop and every event has its own counter within the row")
  func counterIndices() {
    let row = Counters()
    #expect(Drop.allCases.allSatisfy { Int($0.rawValue) < row.drops.count })
    #expect(CounterIndex.allCases.allSatisfy { Int($0.rawValue) < row.events.count })
    let tally = SweepTally(now: 0, turn: 0)
    #expect(FlowEnd.allCases.allSatisfy { Int($0.rawValue) < tally.ended.count })
  }
}
