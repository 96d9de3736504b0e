import CalicoAPI
import Foundation
import Testing

@Suite("Timestamps are RFC 3339")
struct TimestampTests {
  @Test(
    "read and written again",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
      ("2000-02-29T23:59:59Z", 951_868_799, "2000-02-29T23:59:59Z"),
      ("1969-12-31T23:59:59Z", -1, "1969-12-31T23:59:59Z"),
      ("2026-11-23T14:36:57+01:00", 1_795_441_017, "2026-11-23T13:36:57Z"),
      ("2026-11-23t08:06:57-05:30", 1_795_441_017, "2026-11-23T13:36:57Z"),
    ])
  func seconds(text: String, seconds: Int64, canonical: String) throws {
    let time = try #require(Timestamp(text))
    #expect(time.microseconds == seconds * 1_000_000)
    #expect(time.description == canonical)
  }

  @Test("six digits of fraction are kept")
  func fraction() throws {
    let time = try #require(Timestamp("2026-11-23T13:36:57.0012345Z"))
    #expect(time.microseconds % 1_000_000 == 1234)
    #expect(time.description == "2026-11-23T13:36:57.001234Z")
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "2026", "2026-11-23", "2026-11-23T13:36:57", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T13:60:57Z",
      "2026-11-23T13:36:57.Z", "2026-11-23T13:36:57Zx", "2026-11-23T13:36:57+0100", "２026-11-23T13:36:57Z",
    ])
  func refused(text: String) { #expect(Timestamp(text) == nil) }

  @Test("agrees with Foundation over 400 years, a prime number of seconds apart")
  func agreesWithFoundation() {
    let style = Date.ISO8601FormatStyle()
    for seconds in stride(from: -6_000_000_000 as Int64, to: 6_700_000_000, by: 999_983) {
      let time = Timestamp(microseconds: seconds * 1_000_000)
      #expect(time.description == Date(timeIntervalSince1970: Double(seconds)).formatted(style))
      #expect(Timestamp(time.description) == time)
    }
  }

  @Test("an error says what was found and what is wanted")
  func error() {
    let error = #expect(throws: DecodingError.self) {
      try decode(ObjectMeta.self, #"{"creationTimestamp":"yesterday"}"#)
    }
    #expect("\(String(describing: error))".contains(#""yesterday" is not an RFC 3339 time"#))
  }
}
