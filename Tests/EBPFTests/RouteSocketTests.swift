import Testing

@testable import EBPF

@Suite("Messages to rtnetlink")
struct RouteSocketTests {
  @Test("Attributes are padded to four bytes")
  func attributes() {
    #expect(RouteSocket.attribute(1, "bpf") == [8, 0, 1, 0, 0x62, 0x70, 0x66, 0])
    #expect(
      RouteSocket.attribute(1, "clsact") == [11, 0, 1, 0, 0x63, 0x6c, 0x73, 0x61, 0x63, 0x74, 0, 0])
    #expect(RouteSocket.attribute(6, Int32(7)) == [8, 0, 6, 0, 7, 0, 0, 0])
  }

  @Test("A refusal carries the kernel's sentence")
  func refusal() {
    // struct nlmsghdr (20 bytes of the answer to come, type 2), error -2, the request's header, NLMSGERR_ATTR_MSG.
    let header: [UInt8] = [52, 0, 0, 0, 2, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0]
    let request = [UInt8](repeating: 0, count: 16)
    let message: [UInt8] = [11, 0, 1, 0] + Array("no qdi".utf8) + [0, 0]
    let failure = RouteSocket.acknowledgement(header + [0xfe, 0xff, 0xff, 0xff] + request + message)
    #expect(failure?.errno == .noEntry)
    #expect(failure?.message == "no qdi")
  }

  @Test("An acknowledgement without an error is none, and a cut refusal has no sentence")
  func others() {
    let header: [UInt8] = [36, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    #expect(RouteSocket.acknowledgement(header + [0, 0, 0, 0]) == nil)
    let cut = RouteSocket.acknowledgement(
      header + [0xfe, 0xff, 0xff, 0xff] + [UInt8](repeating: 0, count: 16) + [99, 0, 1, 0])
    #expect(cut?.errno == .noEntry && cut?.message == nil)
  }
}
