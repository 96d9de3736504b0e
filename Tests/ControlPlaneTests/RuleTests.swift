import CalicoAPI
import Foundation
import Testing

@testable import ControlPlane

@Suite("Names, ages, addresses, protobuf")
struct RuleTests {
  @Test(
    "names follow the rule of their kind",
    arguments: [
      (NameRule.dnsLabel, "a-1", true), (.dnsLabel, "1a", true), (.dnsLabel, "A", false), (.dnsLabel, "-a", false),
      (.dnsLabel, "a.b", false), (.dnsLabel, "", false), (.dnsLabel, String(repeating: "a", count: 64), false),
      (.dnsLabel1035, "1a", false), (.dnsLabel1035, "a1", true), (.dnsSubdomain, "a.b-c.d", true),
      (.dnsSubdomain, "a..b", false), (.dnsSubdomain, "a.", false),
    ])
  func names(rule: NameRule, name: String, isGood: Bool) {
    #expect(rule.problems(name).isEmpty == isGood)
  }

  @Test(
    "ages are written as kubectl writes them",
    arguments: [
      (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (600, "10m"), (10_799, "179m"), (10_800, "3h"),
      (11_100, "3h5m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (180_000, "2d2h"), (691_200, "8d"),
      (63_072_000, "2y"), (64_000_000, "2y10d"), (-1, "0s"), (-2, "<invalid>"),
    ])
  func ages(seconds: Int, text: String) {
    #expect(Age.text(seconds: seconds) == text)
  }

  @Test("timestamps are read back, with and without a fraction")
  func timestamps() {
    let date = Date(timeIntervalSince1970: 1_700_000_000.25)
    #expect(Timestamp.text(date) == "2023-11-14T22:13:20Z")
    #expect(Timestamp.microseconds(date) == "2023-11-14T22:13:20.250000Z")
    #expect(Timestamp.parse("2023-11-14T22:13:20Z") == Date(timeIntervalSince1970: 1_700_000_000))
    #expect(Timestamp.parse("2023-11-14T22:13:20.250000Z").map { abs($0.timeIntervalSince(date)) < 0.001 } == true)
    #expect(Timestamp.parse("yesterday") == nil)
  }

  @Test(
    "addresses are read strictly and written in their canonical form",
    arguments: [
      ("10.0.0.1", "10.0.0.1"), ("fd96:0:0::1", "fd96::1"), ("FD96::A", "fd96::a"), ("010.0.0.1", nil), ("10.0.0", nil),
      ("10.0.0.256", nil), ("fd96::1::2", nil), ("", nil),
    ] as [(String, String?)])
  func addresses(text: String, canonical: String?) {
    #expect(IPAddress(text)?.description == canonical)
  }

  @Test("prefixes know what they contain and count")
  func prefixes() throws {
    let v4 = try #require(IPPrefix("10.97.3.4/12"))
    #expect(v4.description == "10.96.0.0/12")
    #expect(v4.count == 1 << 20)
    #expect(v4.contains(try #require(IPAddress("10.111.255.255"))))
    #expect(!v4.contains(try #require(IPAddress("10.112.0.0"))))
    #expect(!v4.contains(try #require(IPAddress("fd96::1"))))
    #expect(IPPrefix("fd96::/108")?[256].description == "fd96::100")
    for text in ["10.0.0.0", "10.0.0.0/33", "fd96::/129", "10.0.0.0/-1", "10.0.0.0/+8", "/8"] {
      #expect(IPPrefix(text) == nil)
    }
  }

  /// The bytes that kubectl 1.32 sends for `kubectl create namespace blue`.
  @Test("a namespace in protobuf is read as kubectl sends it")
  func protobuf() throws {
    var bytes = Array("k8s\0".utf8)
    bytes += [0x0A, 0x0F, 0x0A, 0x02] + Array("v1".utf8) + [0x12, 0x09] + Array("Namespace".utf8)
    let metadata: [UInt8] = [0x0A, 0x04] + Array("blue".utf8) + [0x12, 0x00, 0x1A, 0x00, 0x38, 0x00, 0x42, 0x00]
    let raw: [UInt8] = [0x0A, UInt8(metadata.count)] + metadata + [0x12, 0x00, 0x1A, 0x02, 0x0A, 0x00]
    bytes += [0x12, UInt8(raw.count)] + raw + [0x1A, 0x00, 0x22, 0x00]
    let object = try ProtobufBody.parse(bytes)
    #expect(object == ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "blue"], "spec": [:]])
    for length in 0..<bytes.count {
      // Cut short it is either refused or read as less; never a crash.
      _ = try? ProtobufBody.parse(Array(bytes.prefix(length)))
    }
  }

  @Test("an unknown kind in protobuf is refused by name")
  func unknownProtobuf() {
    let bytes = Array("k8s\0".utf8) + [0x0A, 0x07, 0x0A, 0x00, 0x12, 0x03] + Array("Pod".utf8)
    let error = #expect(throws: APIError.self) { try ProtobufBody.parse(bytes) }
    #expect(error?.code == 415)
    #expect(error?.message.contains("does not read a Pod in protobuf") == true)
  }
}
