import Policy

/// Makes events by chance: few labels and addresses, so that much matches and much is shared.
struct RandomEvents {
  private var random: RandomSelectors
  private let objectCount: Int

  init(seed: UInt64, objectCount: Int) {
    random = RandomSelectors(seed: seed)
    self.objectCount = objectCount
  }

  mutating func shuffle(_ events: inout [IndexEvent]) { events.shuffle(using: &random.chance) }

  mutating func isTrue(oneIn count: Int) -> Bool { random.chance.isTrue(oneIn: count) }

  mutating func event() throws -> IndexEvent {
    switch Int.random(in: 0..<20, using: &random.chance) {
    case 0..<12: return object()
    case 12, 13: return parent()
    case 14:
      return .serviceAddresses(
        random.chance.pick(["s", "t"]), Set((0..<number(4)).compactMap { _ in address().map(IPSetMember.prefix) }))
    case 15: return .service(random.chance.pick(["s", "t"]), Set((0..<number(4)).map { _ in port() }))
    default: return try set()
    }
  }

  private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random.chance) }

  private mutating func object() -> IndexEvent {
    let id = LabelledObjectID("o\(number(objectCount))")
    guard !isTrue(oneIn: 4) else { return .object(id, nil) }
    var labels = random.labels()
    if isTrue(oneIn: 4) { labels["pcns.a"] = "x" }
    let ports = (0..<number(4)).map { _ in
      EndpointPort(
        name: random.chance.pick(["http", "dns"]), proto: random.chance.pick([6, 17]), port: UInt16(80 + number(2)))
    }
    return .object(
      id,
      LabelledObject(
        labels: labels, parents: (0..<number(4)).map { _ in LabelParentID("p\(number(5))") },
        addresses: (0..<number(4)).compactMap { _ in address() }, ports: ports))
  }

  private mutating func parent() -> IndexEvent {
    let id = LabelParentID("p\(number(5))")
    guard !isTrue(oneIn: 4) else { return .parent(id, nil) }
    let prefix = random.chance.pick(["pcns.", "pcsa.", ""])
    return .parent(id, Dictionary(uniqueKeysWithValues: random.labels().map { (prefix + $0, $1) }))
  }

  private mutating func set() throws -> IndexEvent {
    let id = IPSetID("set\(number(12))")
    guard !isTrue(oneIn: 4) else { return .set(id, nil) }
    var selector = try Selector(random.text())
    if isTrue(oneIn: 3) { selector = .inNamespaces(selector) }
    switch number(6) {
    case 0:
      let name = random.chance.pick(["s", "t"])
      return .set(
        id, isTrue(oneIn: 2) ? .service(namespace: "n", name: name) : .serviceAddresses(namespace: "n", name: name))
    case 1, 2:
      return .set(
        id, .namedPort(selector, name: random.chance.pick(["http", "dns"]), proto: random.chance.pick([6, 17])))
    default: return .set(id, .selector(selector))
    }
  }

  private mutating func address() -> AddressPrefix? {
    AddressPrefix(random.chance.pick(["10.0.0.\(number(8))/32", "fd00::\(number(8))/128", "10.0.0.0/3\(number(2))"]))
  }

  private mutating func port() -> IPSetMember {
    .port(address() ?? .ipv4(.init(host: .init(10, 0, 0, 1))), proto: 6, port: UInt16(80 + number(2)))
  }
}
