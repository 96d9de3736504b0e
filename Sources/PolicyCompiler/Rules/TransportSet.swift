import DataplaneABI

/// A set of transport headers as `PolicyTransport` numbers them: 24 bits, the IP protocol before port, or type and code.
struct TransportSet: Hashable, Sendable {
  /// Sorted, disjoint, and with a gap between one and the next.
  let ranges: [ClosedRange<UInt32>]

  static let largest: UInt32 = 0xff_ffff
  static let all = TransportSet([0...largest])
  static let none = TransportSet([])

  /// The union of ranges in any order.
  init(_ ranges: [ClosedRange<UInt32>]) {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  /// All packets of a protocol.
  init(proto: UInt8) {
    let first = UInt32(proto) << 16
    ranges = [first...(first | 0xffff)]
  }

  /// Packets with these ports, whatever protocol has them.
  init(ports: [ClosedRange<UInt16>]) {
    self.init(
      TransportSet.protocolsWithPorts.flatMap { proto in
        ports.map { range in
          let first = UInt32(proto) << 16
          return (first | UInt32(range.lowerBound))...(first | UInt32(range.upperBound))
        }
      })
  }

  var isEmpty: Bool { ranges.isEmpty }
  var isAll: Bool { self == .all }

  var complement: TransportSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= TransportSet.largest { gaps.append(next...TransportSet.largest) }
    return TransportSet(gaps)
  }

  func intersection(_ other: TransportSet) -> TransportSet {
    var common: [ClosedRange<UInt32>] = []
    var (left, right) = (0, 0)
    while left < ranges.count, right < other.ranges.count {
      let (one, two) = (ranges[left], other.ranges[right])
      if one.overlaps(two) { common.append(one.clamped(to: two)) }
      if one.upperBound < two.upperBound { left += 1 } else { right += 1 }
    }
    return TransportSet(common)
  }

  func subtracting(_ other: TransportSet) -> TransportSet { intersection(other.complement) }

  /// Those whose packets have ports that policies know.
  static let protocolsWithPorts = [IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp]
}
