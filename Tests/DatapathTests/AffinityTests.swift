import DataplaneABI
import KernelRuntime
import Testing

@Suite("Session affinity of connections that are balanced when sockets connect")
struct AffinityTests {
  private static let second: UInt64 = 1_000_000_000
  private static let backends: [Place] = [.pod(1), .pod(2), .pod(9, node: 2)]

  /// Where 20 new sockets of a network namespace get to.
  private func reached(_ kind: SocketKind, _ world: World, namespace: UInt64) -> Set<[UInt8]> {
    Set(
      (1...20).map { TestSocket(kind, in: world, cookie: $0, namespace: namespace).connect(to: .service(10)).address })
  }

  @Test("all sockets of a pod keep to one backend; another pod's keep to their own", arguments: SocketKind.allCases)
  func perPod(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: Self.backends, affinitySeconds: 60)
    let first = reached(kind, world, namespace: 1)
    let second = reached(kind, world, namespace: 2)
    #expect(first.count == 1)
    #expect(second.count == 1)
    // The random source counts up.
    #expect(first != second)
    #expect(reached(kind, world, namespace: 1) == first)
  }

  @Test("a frontend that asks for none has none", arguments: SocketKind.allCases)
  func none(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: Self.backends)
    #expect(reached(kind, world, namespace: 1).count == 3)
    #expect(world.choicesMap.count == 0)
  }

  @Test("it ends when its time is over, counted from the choice", arguments: SocketKind.allCases)
  func ends(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: Self.backends, affinitySeconds: 60)
    let first = reached(kind, world, namespace: 1)
    world.kernel.now += 60 * Self.second
    #expect(reached(kind, world, namespace: 1) == first)
    world.kernel.now += Self.second
    let later = reached(kind, world, namespace: 1)
    #expect(later.count == 1)
    #expect(later != first)
  }

  @Test("it follows its backend when others come and go", arguments: SocketKind.allCases)
  func backendMoves(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(1), .pod(2)], affinitySeconds: 60)
    world.kernel.nextRandom = { 1 }
    let second: Set = [Place.pod(2).octets(kind.family)]
    #expect(reached(kind, world, namespace: 1) == second)
    world.kernel.nextRandom = { 0 }
    for backends: [Place] in [[.pod(2)], [.pod(1), .pod(3), .pod(4), .pod(2)], [.pod(3), .pod(2), .pod(1)]] {
      world.service(backends: backends, affinitySeconds: 60)
      #expect(reached(kind, world, namespace: 1) == second)
    }
    // Elements of its old ordinals may still be there.
    world.service(backends: [.pod(3)], affinitySeconds: 60)
    #expect(reached(kind, world, namespace: 1) == [Place.pod(3).octets(kind.family)])
  }

  @Test("it ends with its backend", arguments: SocketKind.allCases)
  func backendGone(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(1)], affinitySeconds: 60)
    #expect(reached(kind, world, namespace: 1) == [Place.pod(1).octets(kind.family)])
    world.service(backends: [.pod(2)], affinitySeconds: 60)
    #expect(reached(kind, world, namespace: 1) == [Place.pod(2).octets(kind.family)])
    // The same address as part of another service is not the same backend.
    world.service(id: 6, backends: [.pod(3)], affinitySeconds: 60)
    #expect(reached(kind, world, namespace: 1) == [Place.pod(3).octets(kind.family)])
  }

  @Test("a choice that the policy no longer allows is made anew", arguments: SocketKind.allCases)
  func becomesLocal(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2), .pod(9, node: 2)], localCount: 1, affinitySeconds: 60)
    world.kernel.nextRandom = { 1 }
    #expect(reached(kind, world, namespace: 1) == [Place.pod(9, node: 2).octets(kind.family)])
    world.service(backends: [.pod(2), .pod(9, node: 2)], localCount: 1, flags: .internalLocal, affinitySeconds: 60)
    #expect(reached(kind, world, namespace: 1) == [Place.pod(2).octets(kind.family)])
  }

  @Test("without room to remember it, connections are still balanced", arguments: SocketKind.allCases)
  func noMemory(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2)], affinitySeconds: 60)
    world.choicesMap.refusesNewElements = true
    #expect(TestSocket(kind, in: world).connect(to: .service(10)) == .goesOn(to: .pod(2), 8080, kind))
  }
}
