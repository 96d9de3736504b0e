/// One packet for one program.
struct Shot: Equatable {
  var program: World.Program
  var bytes: [UInt8]
  var mark: UInt32 = 0
  var segmentSize: UInt32 = 0

  /// Where test runs take place: loopback.
  static let interface: UInt32 = 1

  /// The shortest frame of that Ethernet type that the kernel takes for a test run: it wants the IP header whole. (What is
  /// shorter still is in the tests of parsing.)
  static func shortest(_ bytes: [UInt8]) -> Int {
    switch bytes[12...13] {
    case [0x08, 0x00]: 34
    case [0x86, 0xdd]: 54
    default: 15
    }
  }

  /// With zeros up to what the kernel takes, and cut where a test run has no more room.
  var runnable: Shot {
    var shot = self
    shot.bytes = Array(shot.bytes.prefix(2000))
    if shot.bytes.count < 15 { shot.bytes += [UInt8](repeating: 0, count: 15 - shot.bytes.count) }
    let missing = Self.shortest(shot.bytes) - shot.bytes.count
    if missing > 0 { shot.bytes += [UInt8](repeating: 0, count: missing) }
    return shot
  }
}
