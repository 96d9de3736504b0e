import DataplaneABI
import Glibc
import Netlink
import Testing

@testable import Dataplane

@Suite("An interface without link headers", .enabled(if: RealNode.canRun && TunnelDevice.isThere, "needs root and tun"))
struct L3InterfaceTests {
  /// A UDP packet without a checksum.
  private static func datagram(from source: [UInt8], _ sourcePort: UInt8, to destination: [UInt8], _ payload: [UInt8])
    -> [UInt8]
  {
    let length = UInt8(28 + payload.count)
    var header: [UInt8] = [0x45, 0, 0, length, 0, 1, 0x40, 0, 64, 17, 0, 0] + source + destination
    var sum = 0
    for index in stride(from: 0, to: 20, by: 2) { sum += Int(header[index]) << 8 | Int(header[index + 1]) }
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    (header[10], header[11]) = (UInt8(~sum >> 8 & 0xff), UInt8(~sum & 0xff))
    return header + [0, sourcePort, 0x1f, 0x90, 0, length - 20, 0, 0] + payload
  }

  @Test("a pod is reached over it, answers over it, and the host gets its own")
  func tunnel() throws {
    let node = try RealNode(pods: [1])
    let device = try TunnelDevice("tun0", in: node.namespace)
    try node.addAddress("10.78.0.1/24", to: "tun0")
    let kernel = try node.start()
    #expect(try kernel.interfaces().first { $0.name == "tun0" }?.link.header == LinkHeader.none)
    var driver = try kernel.driver()
    let report = try driver.turn(Scene(pods: [1], dataInterfaces: ["eth0", "tun0"]), in: kernel)
    #expect(report.failures == [])
    #expect(report.readyDataInterfaces == ["eth0", "tun0"])
    for (place, address) in [(try node.pod(1), [10, 65, 1, 1]), (node.namespace, [10, 78, 0, 1])] as [(_, [UInt8])] {
      let server = try EchoSocket(in: place, port: 8080)
      for number: UInt8 in 1...3 {
        try device.write(Self.datagram(from: [10, 78, 0, 5], 99, to: address, [number, 2, 3]))
        try server.answer()
        let answer = try device.read { $0[0] == 0x45 && $0[9] == 17 }
        #expect(Array(answer[12..<20]) == address + [10, 78, 0, 5])
        #expect(Array(answer[20..<24]) == [0x1f, 0x90, 0, 99])
        #expect(Array(answer[28...]) == [number, 2, 3])
      }
    }
    let index = try unwrap(kernel.interfaces().first { $0.name == "tun0" }).index
    let counted = try kernel.readCounters()[CounterKey(interfaceIndex: index, hook: 0)]
    #expect(counted?.events[Int(CounterIndex.newFlow.rawValue)] == 1)
    #expect(counted?.events[Int(CounterIndex.toHost.rawValue)] == 3)
  }
}

/// A UDP socket that sends back what it gets. Every call ends within two seconds.
final class EchoSocket: Sendable {
  private let descriptor: Int32

  init(in namespace: NetworkNamespace, port: UInt16) throws {
    descriptor = try namespace.socket(domain: AF_INET, type: Int32(SOCK_DGRAM.rawValue))
    var timeout = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw PodSocket.Failure(call: "bind", code: errno) }
  }

  deinit { close(descriptor) }

  func answer() throws {
    var bytes = [UInt8](repeating: 0, count: 2048)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let sent = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer -> Int in
        let count = recvfrom(descriptor, &bytes, bytes.count, 0, peer, &size)
        return count < 0 ? count : sendto(descriptor, bytes, count, 0, peer, size)
      }
    }
    guard sent >= 0 else { throw PodSocket.Failure(call: "receive", code: errno) }
  }
}
