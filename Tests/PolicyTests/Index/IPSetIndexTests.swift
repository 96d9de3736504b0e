import Policy
import Testing

@Suite("Members of sets")
struct IPSetIndexTests {
  private var index = IPSetIndex()

  private func member(_ text: String) throws -> IPSetMember { .prefix(try #require(AddressPrefix(text))) }

  private func object(
    _ labels: [String: String], _ addresses: String..., parents: [String] = [], ports: [EndpointPort] = []
  ) throws -> LabelledObject {
    LabelledObject(
      labels: labels, parents: parents.map(LabelParentID.init),
      addresses: try addresses.map { try #require(AddressPrefix($0)) }, ports: ports)
  }

  @Test("an endpoint comes, changes its labels, and goes")
  mutating func endpoint() throws {
    let id = IPSetID("web")
    index.activate(id, .selector(try Selector("app == 'web'")))
    index.setObject(LabelledObjectID("pod"), try object(["app": "web"], "10.0.0.1/32", "fd00::1/128"))
    let members = Set([try member("10.0.0.1/32"), try member("fd00::1/128")])
    #expect(index.takeChanges() == [id: MembershipChange(added: members)])

    index.setObject(LabelledObjectID("pod"), try object(["app": "web", "new": ""], "10.0.0.1/32", "fd00::1/128"))
    #expect(index.takeChanges().isEmpty)
    index.setObject(LabelledObjectID("pod"), try object(["app": "db"], "10.0.0.1/32", "fd00::1/128"))
    #expect(index.takeChanges() == [id: MembershipChange(removed: members)])
    index.removeObject(LabelledObjectID("pod"))
    #expect(index.takeChanges().isEmpty)
  }

  @Test("an address is a member until the last of its owners no longer matches")
  mutating func sharedAddress() throws {
    let id = IPSetID("web")
    index.activate(id, .selector(try Selector("app == 'web'")))
    // A pod's address is given to the next one before it is known that the first is gone.
    for name in ["old", "new"] {
      index.setObject(LabelledObjectID(name), try object(["app": "web"], "10.0.0.1/32", parents: ["p"]))
    }
    #expect(index.takeChanges() == [id: MembershipChange(added: [try member("10.0.0.1/32")])])
    index.removeObject(LabelledObjectID("old"))
    #expect(index.takeChanges().isEmpty)
    index.removeObject(LabelledObjectID("new"))
    #expect(index.takeChanges() == [id: MembershipChange(removed: [try member("10.0.0.1/32")])])
  }

  @Test("a namespace's labels make all that is in it members at once, also two with one address")
  mutating func namespace() throws {
    let id = IPSetID("prod")
    index.activate(id, .selector(.inNamespaces(try Selector("env == 'prod'"))))
    for (name, address) in [("a", "10.0.0.1/32"), ("b", "10.0.0.1/32"), ("c", "10.0.0.2/32")] {
      index.setObject(LabelledObjectID(name), try object(["pcns.env": "prod"], address, parents: ["kns.n"]))
    }
    #expect(index.takeChanges().isEmpty, "their own labels say nothing about their namespace")
    let members = Set([try member("10.0.0.1/32"), try member("10.0.0.2/32")])
    index.setParent(LabelParentID("kns.n"), labels: ["pcns.env": "prod"])
    #expect(index.takeChanges() == [id: MembershipChange(added: members)])
    index.removeParent(LabelParentID("kns.n"))
    #expect(index.takeChanges() == [id: MembershipChange(removed: members)])
  }

  @Test("ports by name: of the right protocol, at each address, several of one name")
  mutating func namedPorts() throws {
    let id = IPSetID("http")
    index.activate(id, .namedPort(.all, name: "http", proto: 6))
    let ports = [
      EndpointPort(name: "http", proto: 6, port: 80), EndpointPort(name: "http", proto: 6, port: 8080),
      EndpointPort(name: "http", proto: 17, port: 80), EndpointPort(name: "dns", proto: 6, port: 53),
    ]
    index.setObject(LabelledObjectID("pod"), try object([:], "10.0.0.1/32", ports: ports))
    let address = try #require(AddressPrefix("10.0.0.1/32"))
    let expected: Set<IPSetMember> = [.port(address, proto: 6, port: 80), .port(address, proto: 6, port: 8080)]
    #expect(index.takeChanges() == [id: MembershipChange(added: expected)])

    index.setObject(LabelledObjectID("pod"), try object([:], "10.0.0.1/32", ports: [ports[0]]))
    #expect(index.takeChanges() == [id: MembershipChange(removed: [.port(address, proto: 6, port: 8080)])])
  }

  @Test("a service's members are there for a set that becomes active later")
  mutating func services() throws {
    let address = try #require(AddressPrefix("10.0.0.1/32"))
    let members: Set<IPSetMember> = [.port(address, proto: 6, port: 80)]
    index.setService(namespace: "n", name: "s", members: members)
    #expect(index.takeChanges().isEmpty)
    let id = IPSetID("service")
    index.activate(id, .service(namespace: "n", name: "s"))
    index.activate(IPSetID("other"), .service(namespace: "m", name: "s"))
    #expect(index.takeChanges() == [id: MembershipChange(added: members)])
    index.setService(namespace: "n", name: "s", members: [])
    #expect(index.takeChanges() == [id: MembershipChange(removed: members)])
  }

  @Test("a set that is needed no longer loses its members, one that comes back at once changes nothing")
  mutating func activation() throws {
    let id = IPSetID("all")
    index.setObject(LabelledObjectID("pod"), try object([:], "10.0.0.1/32"))
    index.activate(id, .selector(.all))
    index.deactivate(id)
    #expect(index.takeChanges().isEmpty)
    index.activate(id, .selector(.all))
    #expect(index.takeChanges() == [id: MembershipChange(added: [try member("10.0.0.1/32")])])
    index.deactivate(id)
    index.activate(id, .selector(.all))
    #expect(index.takeChanges().isEmpty)
    index.activate(id, .selector(Selector.all.negated))
    #expect(index.takeChanges() == [id: MembershipChange(removed: [try member("10.0.0.1/32")])])
    #expect(index.members(of: id).isEmpty)
  }

  @Test("definitions have one name each, whatever their parts hold")
  func names() throws {
    let selector = try Selector("a == 'x'")
    let definitions: [IPSetDefinition] = [
      .selector(selector), .selector(.all), .namedPort(selector, name: "http", proto: 6),
      .namedPort(selector, name: "http", proto: 17), .namedPort(.all, name: "http", proto: 6),
      .namedPort(.all, name: "6/http", proto: 6), .namedPort(selector, name: "http/x", proto: 6),
      .service(namespace: "n", name: "s"), .service(namespace: "s", name: "n"),
    ]
    #expect(Set(definitions.map(\.id)).count == definitions.count)
    #expect(IPSetDefinition.selector(try Selector("(a=='x')")).id == definitions[0].id)
  }
}
