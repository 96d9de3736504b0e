import Glibc
import Testing

@testable import Netlink

/// What the kernel may answer, and what becomes of it.
@Suite("Answers")
struct AnswerTests {
  /// NLMSG_DONE of a dump.
  private func done(_ sequence: UInt8 = 1, flags: String = "0200") -> String {
    "14000000 0300 \(flags) 0\(sequence)000000 00000000 00000000"
  }

  /// A neighbour 10.0.0.`last` on link 2.
  private func neighbour(_ last: UInt8, sequence: UInt8 = 1, flags: String = "0200") -> String {
    """
    30000000 1c00 \(flags) 0\(sequence)000000 00000000
    02 000000 02000000 8000 00 00
    0800 0100 0a0000\(last < 16 ? "0" : "")\(String(last, radix: 16))
    0a00 0200 020000000001 0000
    """
  }

  private func connection(_ steps: [ScriptedSocket.Step]) -> (NetlinkConnection, ScriptedSocket) {
    let socket = ScriptedSocket(script: steps)
    return (NetlinkConnection(socket: socket, timeout: .seconds(3)), socket)
  }

  private func lastOctets(_ steps: ScriptedSocket.Step...) throws -> [UInt8] {
    try connection(steps).0.neighbours().map { $0.address.bytes[3] }
  }

  @Test("A dump spans messages and datagrams, and ends with NLMSG_DONE")
  func dump() throws {
    #expect(
      try lastOctets(
        .datagram(hex(neighbour(1)) + hex(neighbour(2))), .datagram(hex(neighbour(3))), .datagram(hex(done())))
        == [1, 2, 3])
  }

  @Test("Answers to requests given up long ago are passed over")
  func stale() throws {
    #expect(
      try lastOctets(.datagram(hex(neighbour(9, sequence: 7))), .datagram(hex(neighbour(1)) + hex(done()))) == [1])
  }

  @Test("A dump during which the table changed is taken again from the start")
  func interrupted() throws {
    let interruptedEntry = neighbour(2, flags: "1200")
    #expect(
      try lastOctets(
        .datagram(hex(neighbour(1)) + hex(interruptedEntry)), .datagram(hex(done())),
        .datagram(hex(neighbour(3, sequence: 2)) + hex(done(2)))) == [3])
  }

  @Test("A table that never rests gives an error after ten dumps, and each was asked for with its own number")
  func restless() throws {
    let steps = (1...9).map { ScriptedSocket.Step.datagram(hex(done($0, flags: "1200"))) }
    let tenth = ScriptedSocket.Step.datagram(hex("14000000 0300 1200 0a000000 00000000 00000000"))
    let (netlink, socket) = connection(steps + [tenth])
    #expect { try netlink.neighbours() } throws: {
      "\($0)" == "list neighbours: the table changed during each of 10 dumps"
    }
    #expect(socket.sent.count == 10)
  }

  @Test("A dump whose answer was lost is asked for again; a change is not, for it may have been made")
  func overrun() throws {
    #expect(
      try lastOctets(.failure(.overrun), .datagram(hex(neighbour(4, sequence: 2)) + hex(done(2)))) == [4])
    let (netlink, socket) = connection([.failure(.overrun)])
    #expect { try netlink.deleteLink(3) } throws: { ($0 as? NetlinkError)?.cause == .overrun }
    #expect(socket.sent.count == 1)
  }

  @Test("A kernel that does not answer is waited for no longer than was said")
  func timeout() throws {
    #expect { try connection([]).0.deleteLink(3) } throws: {
      "\($0)" == "delete link 3: no answer from the kernel within 3.0 seconds"
    }
  }

  @Test("A refusal with the kernel's own words, the place in the request, and the missing attribute")
  func extendedAcknowledgement() throws {
    let answer = hex(
      """
      48000000 0200 0003 01000000 00000000   # 72 bytes, NLMSG_ERROR, NLM_F_CAPPED|NLM_F_ACK_TLVS
      ea ff ff ff                            # -EINVAL
      34000000 1800 0506 01000000 00000000   # the request's header
      0c00 0100 4e6f207761792100             # NLMSGERR_ATTR_MSG "No way!"
      0800 0200 1c000000                     # NLMSGERR_ATTR_OFFS 28
      0800 0500 05000000                     # NLMSGERR_ATTR_MISS_TYPE 5
      0800 0600 00000000                     # NLMSGERR_ATTR_MISS_NEST
      """)
    #expect { try connection([.datagram(answer)]).0.deleteLink(3) } throws: {
      "\($0)" == "delete link 3: Invalid argument (errno 22); "
        + "the kernel says: No way! (at byte 28 of the request, attribute 5 is missing)"
    }
  }

  @Test("An answer which echoes the whole request has its attributes after the echo")
  func echoedRequest() throws {
    let answer = hex(
      """
      38000000 0200 0002 01000000 00000000   # 56 bytes, NLMSG_ERROR, NLM_F_ACK_TLVS
      ed ff ff ff                            # -ENODEV
      18000000 1100 0500 01000000 00000000   # the request's header: 24 bytes
      ffffffff ffffffff                      # the rest of the request
      0c00 0100 4e6f207761792100             # NLMSGERR_ATTR_MSG
      """)
    #expect { try connection([.datagram(answer)]).0.deleteLink(3) } throws: { error in
      (error as? NetlinkError)?.cause == .refused(errno: ENODEV, explanation: "No way!")
        && (error as? NetlinkError)?.isNotFound == true
    }
  }

  @Test("A dump may end in an error")
  func doneWithError() throws {
    let answer = hex("14000000 0300 0200 01000000 00000000 feffffff")
    #expect { try connection([.datagram(answer)]).0.neighbours() } throws: { ($0 as? NetlinkError)?.errno == ENOENT }
  }

  @Test("An answer that does not read is an error which says so")
  func malformed() throws {
    #expect { try connection([.datagram(hex("ff000000 0200 0000 01000000 00000000"))]).0.deleteLink(3) } throws: {
      "\($0)" == "delete link 3: the kernel's answer is malformed: a message says it has 255 bytes, 16 are left"
    }
    let shortAttribute = hex("20000000 1c00 0200 01000000 00000000 02 000000 02000000 8000 00 00 0300 0100")
    #expect { try connection([.datagram(shortAttribute), .datagram(hex(done()))]).0.neighbours() } throws: {
      "\($0)".hasSuffix("attribute 1 says it has 3 bytes, 4 are left")
    }
  }
}
