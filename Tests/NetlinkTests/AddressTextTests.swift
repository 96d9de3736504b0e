import Testing

@testable import Netlink

@Suite("Addresses as text")
struct AddressTextTests {
  @Test(
    "IP addresses read and print canonically",
    arguments: [
      ("10.65.0.1", "10.65.0.1"), ("255.255.255.255", "255.255.255.255"), ("fd65:0:0:1:0:0:0:7", "fd65:0:0:1::7"),
      ("::", "::"), ("FE80::ECEE:EEFF:FEEE:EEEE", "fe80::ecee:eeff:feee:eeee"),
    ])
  func addresses(text: String, canonical: String) throws {
    let address = try address(text)
    #expect(address.description == canonical)
    #expect(InetAddress(bytes: address.bytes) == address)
  }

  @Test(
    "What is no address is refused", arguments: ["", "10.0.0", "10.0.0.256", "1.2.3.4.5", "fd65::1::2", "web", "1:2"])
  func noAddress(text: String) { #expect(InetAddress(text) == nil) }

  @Test(
    "Prefixes clear the bits after them",
    arguments: [
      ("10.65.1.7/24", "10.65.1.0/24"), ("10.65.1.7/0", "0.0.0.0/0"), ("10.65.1.7", "10.65.1.7/32"),
      ("fd65:0:0:1::7/64", "fd65:0:0:1::/64"), ("fd65:ffff::7/17", "fd65:8000::/17"), ("ffff::1/0", "::/0"),
      ("fd65::ffff/113", "fd65::8000/113"), ("fd65::1/128", "fd65::1/128"),
    ])
  func prefixes(text: String, network: String) throws {
    #expect(try prefix(text).network.description == network)
    #expect(try prefix(text).network.contains(prefix(text).address))
  }

  @Test(
    "What is no prefix is refused",
    arguments: ["10.0.0.0/33", "fd65::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "/8", "x/8"])
  func noPrefix(text: String) { #expect(InetPrefix(text) == nil) }

  @Test("A prefix holds its own addresses and no others")
  func contains() throws {
    #expect(try prefix("10.65.1.0/24").contains(address("10.65.1.255")))
    #expect(try !prefix("10.65.1.0/24").contains(address("10.65.2.0")))
    #expect(try !prefix("0.0.0.0/0").contains(address("::")))
  }

  @Test(
    "Hardware addresses",
    arguments: [
      ("ee:ee:ee:ee:ee:ee", true), ("2:0:0:0:0:1", true), ("02:00:g0:00:00:01", false), ("", false), ("02::1", false),
    ])
  func hardwareAddresses(text: String, isGood: Bool) { #expect((HardwareAddress(text) != nil) == isGood) }

  @Test(
    "Link-local addresses are told apart",
    arguments: [("169.254.1.1", true), ("fe80::1", true), ("febf::1", true), ("fec0::1", false), ("10.0.0.1", false)])
  func linkLocal(text: String, isLinkLocal: Bool) throws { #expect(try address(text).isLinkLocal == isLinkLocal) }
}
