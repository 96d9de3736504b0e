import Policy
import Testing

@Suite("Prefixes of both families")
struct AddressPrefixTests {
  @Test(
    "text of either family is read and written",
    arguments: ["10.65.1.0/24", "192.0.2.1/32", "fd00::/8", "2001:db8::1/128"])
  func roundTrip(text: String) throws {
    let prefix = try #require(AddressPrefix(text))
    #expect(prefix.description == text)
    #expect(prefix.family == (text.contains(":") ? .ipv6 : .ipv4))
  }

  @Test("what is no prefix is refused", arguments: ["", "10.0.0.0/33", "fd00::/129", "x"])
  func refused(text: String) { #expect(AddressPrefix(text) == nil) }
}
