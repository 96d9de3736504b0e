import DataplaneABI
import Testing

@Suite("Addresses and prefixes as text")
struct AddressTextTests {
  @Test("an IPv4 address keeps network byte order", arguments: ["0.0.0.0", "10.96.0.1", "255.255.255.255"])
  func roundTrip4(text: String) throws {
    #expect(try #require(IPv4Address(text)).description == text)
    #expect(IPv4Address("10.96.0.1") == IPv4Address(10, 96, 0, 1))
  }

  @Test("an IPv6 address is printed in its canonical form")
  func roundTrip6() throws {
    #expect(IPv6Address("fd65:0:0:1:0:0:0:2")?.description == "fd65:0:0:1::2")
    #expect(IPv6Address("::")?.description == "::")
    #expect(IPv6Address("::1") == IPv6Address(0, 0, 0, UInt32(1).bigEndian))
  }

  @Test(
    "what is not an address is refused",
    arguments: ["", "10.0.0", "10.0.0.256", "10.0.0.01", " 10.0.0.1", "a.b.c.d", "10.0.0.1/32", "::1", "10.0.0.1\0"])
  func refused4(text: String) { #expect(IPv4Address(text) == nil) }

  @Test("what is not an IPv6 address is refused", arguments: ["", "10.0.0.1", "fd65:::1", "fe80::1%eth0", "g::"])
  func refused6(text: String) { #expect(IPv6Address(text) == nil) }

  @Test("a prefix drops the bits beyond its length")
  func masking() throws {
    #expect(RouteKey<IPv4Address>("10.65.1.77/24")?.description == "10.65.1.0/24")
    #expect(RouteKey<IPv4Address>("10.65.1.77/0")?.description == "0.0.0.0/0")
    #expect(RouteKey<IPv4Address>("10.65.1.77")?.description == "10.65.1.77/32")
    #expect(RouteKey<IPv6Address>("fd65:0:0:1:ffff::7/64")?.description == "fd65:0:0:1::/64")
    #expect(RouteKey<IPv6Address>("fd65:ffff::/20")?.description == "fd65:f000::/20")
  }

  @Test("what is not a prefix is refused", arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/-1", "/8"])
  func refusedPrefix(text: String) { #expect(RouteKey<IPv4Address>(text) == nil) }

  @Test("a prefix contains its addresses and no others")
  func containment() throws {
    let prefix = try #require(RouteKey<IPv4Address>("10.65.1.0/24"))
    #expect(prefix.contains(IPv4Address(10, 65, 1, 255)))
    #expect(!prefix.contains(IPv4Address(10, 65, 2, 0)))
  }
}
