import CalicoAPI
import Testing

@testable import Dataplane

@Suite("Ports that the host's sockets leave alone")
struct ReservedPortsTests {
  @Test(
    "a set is read and written as the kernel does",
    arguments: [
      ("", ""), ("8080", "8080"), ("8080,9148-9200", "8080,9148-9200"), ("1-3,4,5-6\n", "1-6"), ("0-65535", "0-65535"),
      ("65535,63,64", "63-64,65535"),
    ])
  func text(text: String, normal: String) { #expect(PortSet(text)?.description == normal) }

  @Test("what is no set of ports is refused", arguments: ["x", "1-", "-1", "2-1", "65536", "1-2-3"])
  func noSet(text: String) { #expect(PortSet(text) == nil) }

  private static let path = ReservedPorts.parameter

  private static func settle(_ ports: PortSpan, on kernel: FakeKernel) -> ApplyReport {
    var driver = kernel.driver()
    var scene = Scene()
    scene.settings.felix.sourcePorts = ports
    return driver.turn(scene, on: kernel)
  }

  private static func kernel(_ text: String) -> FakeKernel {
    let kernel = FakeKernel.fresh(pods: [])
    kernel.contents.parameters[path] = text
    return kernel
  }

  private static func reserved(_ kernel: FakeKernel) -> String? { kernel.contents.parameters[path] }

  private static func span(_ first: UInt16, _ last: UInt16) throws -> PortSpan {
    try #require(PortSpan(first: first, last: last))
  }

  @Test("they are added to what an operator reserved, and taken back alone")
  func addsAndTakesBack() throws {
    let kernel = Self.kernel("8080,20005-20010")
    #expect(Self.settle(try Self.span(20000, 20019), on: kernel).failures == [])
    #expect(Self.reserved(kernel) == "8080,20000-20019")
    // By another process, which only has the map to remember by.
    #expect(Self.settle(try Self.span(30000, 30001), on: kernel).failures == [])
    #expect(Self.reserved(kernel) == "8080,20005-20010,30000-30001")
    let rest = try ReservedPorts.remainder(of: "8080,20005-20010,30000-30001", without: kernel.contents.reserved)
    #expect(rest == "8080,20005-20010")
  }

  @Test("what an operator reserves meanwhile stays, too")
  func operatorMeanwhile() throws {
    let kernel = Self.kernel("")
    #expect(Self.settle(try Self.span(20000, 20001), on: kernel).failures == [])
    kernel.contents.parameters[Self.path] = "9000,20000-20001"
    #expect(Self.settle(try Self.span(20001, 20002), on: kernel).failures == [])
    #expect(Self.reserved(kernel) == "9000,20001-20002")
  }

  @Test("a process that dies at any of its steps leaves nothing of the operator's out, and the next one ends the work")
  func crash() throws {
    for last in 0..<12 {
      let kernel = Self.kernel("20001")
      _ = Self.settle(try Self.span(20000, 20003), on: kernel)
      kernel.crash(after: last)
      _ = Self.settle(try Self.span(20128, 20129), on: kernel)
      #expect(Self.reserved(kernel).flatMap { PortSet($0) }?.contains(20001) == true, "after \(last)")
      kernel.crash(after: nil)
      #expect(Self.settle(try Self.span(20128, 20129), on: kernel).failures == [])
      #expect(Self.reserved(kernel) == "20001,20128-20129", "after \(last)")
      #expect(PortSet(words: kernel.contents.reserved).description == "20128-20129", "after \(last)")
    }
  }

  @Test("a list that cannot be read is left as it is, and that is said")
  func unreadable() throws {
    let kernel = Self.kernel("what?")
    let report = Self.settle(.sourceTranslation, on: kernel)
    #expect(
      report.failures == [
        DataplaneFailure(
          subject: "reserved ports",
          reason: "net/ipv4/ip_local_reserved_ports: what is there is not a list of ports, or too long to be read")
      ])
    #expect(Self.reserved(kernel) == "what?")
  }

  @Test("a list that would not fit into a page is not written")
  func tooLong() throws {
    // 682 ports of five digits and their commas: 4,091 bytes, and the new range takes twelve more.
    let ports = stride(from: 30000, to: 31364, by: 2).map { "\($0)" }.joined(separator: ",")
    let kernel = Self.kernel(ports)
    #expect(ports.utf8.count < 4095)
    let report = Self.settle(.sourceTranslation, on: kernel)
    #expect(report.failures.map(\.subject) == ["reserved ports"])
    #expect(Self.reserved(kernel) == ports)
  }
}
