import Foundation
import Netlink

@testable import Lab

/// What the kernel has counted in a network namespace.
enum KernelFigures {
  struct Interface: Sendable {
    var received: (bytes: Int, packets: Int)
    var sent: (bytes: Int, packets: Int)
  }

  /// A buffer that stands for several packets counts as one.
  static func interface(_ name: String, in namespace: NetworkNamespace) throws -> Interface {
    let line = try lines("dev", namespace).first { $0.first == "\(name):" } ?? []
    let numbers = line.dropFirst().compactMap { Int($0) }
    guard numbers.count >= 16 else { throw LabError("/proc/net/dev has no \(name)") }
    return Interface(received: (numbers[0], numbers[1]), sent: (numbers[8], numbers[9]))
  }

  /// How many packets the host stack has forwarded, IPv4 and IPv6.
  static func forwarded(in namespace: NetworkNamespace) throws -> [Int] {
    let ip = try lines("snmp", namespace).filter { $0.first == "Ip:" }
    guard ip.count == 2, let column = ip[0].firstIndex(of: "ForwDatagrams"), ip[1].indices.contains(column),
      let four = Int(ip[1][column]),
      let six = try lines("snmp6", namespace).first(where: { $0.first == "Ip6OutForwDatagrams" })?.last.flatMap({
        Int($0)
      })
    else { throw LabError("the kernel does not tell how many packets it has forwarded") }
    return [four, six]
  }

  /// Words of a file of /proc/net; which namespace it shows is decided by the thread that opens it.
  private static func lines(_ file: String, _ namespace: NetworkNamespace) throws -> [[String]] {
    let text = try namespace.run { try String(contentsOfFile: "/proc/thread-self/net/\(file)", encoding: .utf8) }
    return text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
  }
}
