/// CRC32c (RFC 9260 appendix A), as remainders of polynomials over GF(2): bit 31 stands for x^0, bit 0 for x^31, as the sum of SCTP is
/// made and, least significant byte first, stands in packets.
///
/// The sum is linear: if bytes of a packet change by `d` (exclusive or), the sum changes by the remainder of `d` times x to the power
/// of the bits from there to the end. So a port is mended without reading what follows it.
public enum CRC32C {
  /// By how much the sum of `length` bytes, 4 to 65,535, changes when the first four change by `difference`, as this machine reads
  /// them, least significant byte first.
  @inline(never) public static func change(_ difference: UInt32, atFrontOf length: UInt32) -> UInt32 {
    var change = difference
    for digit: UInt32 in 0..<4 {
      change = multiply(change, power(digit &<< 4 | (length &>> (digit &<< 2)) & 15))
    }
    return change
  }

  /// What is left of a sum after four more bytes, which are in it already: a multiplication by x^32.
  @inline(__always) public static func advance(_ sum: UInt32) -> UInt32 {
    var sum = sum
    for _ in 0..<8 { sum = sum &>> 4 ^ remainder(sum & 15) }
    return sum
  }

  /// The remainder of a product.
  @inline(__always) static func multiply(_ a: UInt32, _ b: UInt32) -> UInt32 {
    // The product of 32 bits and 32 has 63; one more to the left, x^0 is bit 63.
    let product = product(a, b) &<< 1
    return UInt32(truncatingIfNeeded: product &>> 32) ^ advance(UInt32(truncatingIfNeeded: product))
  }

  /// A multiplication without carries, by ones with: of each operand's bits every fourth is taken at a time, so at most eight meet in
  /// a place of the result, and what they carry stays out of the place that counts.
  @inline(__always) private static func product(_ a: UInt32, _ b: UInt32) -> UInt64 {
    let (a0, a1, a2, a3) = parts(UInt64(a))
    let (b0, b1, b2, b3) = parts(UInt64(b))
    let first = (a0 &* b0 ^ a1 &* b3 ^ a2 &* b2 ^ a3 &* b1) & every
    let second = (a0 &* b1 ^ a1 &* b0 ^ a2 &* b3 ^ a3 &* b2) & every &<< 1
    let third = (a0 &* b2 ^ a1 &* b1 ^ a2 &* b0 ^ a3 &* b3) & every &<< 2
    let fourth = (a0 &* b3 ^ a1 &* b2 ^ a2 &* b1 ^ a3 &* b0) & every &<< 3
    return first | second | third | fourth
  }

  /// One bit of each four.
  @inline(__always) private static var every: UInt64 { 0x1111_1111_1111_1111 }

  @inline(__always) private static func parts(_ number: UInt64) -> (UInt64, UInt64, UInt64, UInt64) {
    (number & every, number & every &<< 1, number & every &<< 2, number & every &<< 3)
  }

  /// The remainder of x to the power of 8 n 16^k, at 16 k + n.
  @inline(__always) private static func power(_ index: UInt32) -> UInt32 { powers[Int(index & 63)] }

  /// The remainder of four bits that are moved out.
  @inline(__always) private static func remainder(_ bits: UInt32) -> UInt32 { remainders[Int(bits & 15)] }
}

private let powers: InlineArray<64, UInt32> = [
  0x8000_0000, 0x0080_0000, 0x0000_8000, 0x0000_0080, 0x82f6_3b78, 0xfbc3_faf9, 0x8b27_7743, 0x52a0_c93f,
  0x6ea2_d55c, 0x1c08_b7d6, 0xf56e_0ef4, 0x3401_9664, 0xa668_05eb, 0x7a1f_6b24, 0xe75d_06aa, 0xc94e_c098,
  0x8000_0000, 0x18b8_ea18, 0x510a_c59a, 0xb2de_a967, 0xb82b_e955, 0x36c4_1f1c, 0x19b2_9a35, 0xc9e9_0b9e,
  0xb8fd_b1e7, 0xe55e_f1f3, 0x1fe0_b5c3, 0xe055_3f1e, 0x18e4_a304, 0x2b83_0011, 0x5699_3a31, 0x0246_e2e6,
  0x8000_0000, 0x88e5_6f72, 0x74c3_60a4, 0x631b_b273, 0xe417_2b16, 0x7189_2b1b, 0x8353_05c9, 0x196b_1eae,
  0x0d65_762a, 0xafc8_1338, 0xb5a5_0ab7, 0xf373_c3ac, 0x5f60_970f, 0xd46d_3063, 0x3a52_75ea, 0x0233_1c01,
  0x8000_0000, 0x35d7_3a62, 0x2846_1564, 0x43ee_fc9f, 0xbf45_5269, 0x5edc_deb9, 0x6505_9450, 0x4e6f_41a4,
  0xe2ea_32dc, 0xf5b9_5b32, 0x695a_4c87, 0xf204_502c, 0x9a4f_01b6, 0x941a_0916, 0x4303_cb97, 0x4c3d_3d65,
]

private let remainders: InlineArray<16, UInt32> = [
  0x0000_0000, 0x105e_c76f, 0x20bd_8ede, 0x30e3_49b1, 0x417b_1dbc, 0x5125_dad3, 0x61c6_9362, 0x7198_540d,
  0x82f6_3b78, 0x92a8_fc17, 0xa24b_b5a6, 0xb215_72c9, 0xc38d_26c4, 0xd3d3_e1ab, 0xe330_a81a, 0xf36e_6f75,
]
