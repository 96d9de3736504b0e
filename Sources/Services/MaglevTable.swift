import DataplaneABI

/// The table of a service port by which each node leads the same packets to the same backend (Maglev, NSDI 2016, section 3.4).
///
/// Each backend has an order of its own in which it likes the slots, and takes its next one in turn until all are taken. So each
/// gets its even share, and when one goes, few slots but its own change hands.
public struct MaglevTable<Address: TextualIPAddress>: Hashable, Sendable {
  /// In the order of their names. Some order is needed, the same on every node, and this is Calico's.
  public let backends: [Backend<Address>]
  /// A prime.
  public let slots: UInt16

  /// - Parameter backends: each once, in any order; nil if there are none.
  public init?(_ backends: some Collection<Backend<Address>>, slots: UInt16) {
    guard !backends.isEmpty, slots > 2 else { return nil }
    self.backends = backends.map { (name: Self.name($0), backend: $0) }.sorted { $0.name < $1.name }.map(\.backend)
    self.slots = slots
  }

  /// Whose each slot is.
  public var owners: [Backend<Address>] {
    let count = Int(slots)
    var turns = backends.map { Turn(name: Self.name($0), slots: count) }
    var owners = [Int?](repeating: nil, count: count)
    var taken = 0
    while true {
      for index in turns.indices {
        var slot = turns[index].next()
        while owners[slot] != nil { slot = turns[index].next() }
        owners[slot] = index
        taken += 1
        if taken == count { return owners.compactMap { $0.map { backends[$0] } } }
      }
    }
  }

  /// "10.65.1.2:8080", "[fd65::2]:8080".
  private static func name(_ backend: Backend<Address>) -> String {
    Address.bitWidth == 32
      ? "\(backend.address):\(backend.port.host)" : "[\(backend.address)]:\(backend.port.host)"
  }

  /// A backend's order of slots: each of them once, since the step and the prime have no divisor in common.
  private struct Turn {
    private var slot: Int
    private let step: Int
    private let slots: Int

    init(name: String, slots: Int) {
      slot = Int(Self.hash(name, seed: 0)) % slots
      step = Int(Self.hash(name, seed: 0x0a)) % (slots - 1) + 1
      self.slots = slots
    }

    mutating func next() -> Int {
      defer { slot = (slot + step) % slots }
      return slot
    }

    /// FNV-1a, 32 bits, of the seed and the name.
    private static func hash(_ name: String, seed: UInt8) -> UInt32 {
      ([seed] + name.utf8).reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
  }
}

/// How large Maglev tables may be, and how many. The same on every node: otherwise they lead to different backends.
public struct MaglevLimits: Hashable, Sendable {
  /// `bpfMaglevMaxEndpointsPerService`
  public var endpoints: Int
  /// `bpfMaglevMaxServices`: ports of services, each with all its addresses.
  public var services: Int

  public init(endpoints: Int = 100, services: Int = 100) {
    self.endpoints = endpoints
    self.services = services
  }

  /// The least prime that is no less than five for each endpoint: shares differ by a fifth at most then.
  public var slots: UInt16 {
    var candidate = endpoints * 5
    while !Self.isPrime(candidate) { candidate += 1 }
    return UInt16(clamping: candidate)
  }

  private static func isPrime(_ number: Int) -> Bool {
    guard number > 2 else { return number == 2 }
    var divisor = 2
    while divisor * divisor <= number {
      if number % divisor == 0 { return false }
      divisor += 1
    }
    return true
  }
}
