import BPFInterpreter
import DataplaneABI
import EBPF

@testable import KernelRuntime

/// `struct __sk_buff` (linux/bpf.h), which the kernel never makes: each access becomes one to the packet.
final class PacketInput: ProgramInput {
  let packet: SimulatedPacket
  private let memory: UnsafeMutableRawPointer
  private static let size: UInt64 = 192

  init(_ packet: SimulatedPacket) {
    self.packet = packet
    memory = .allocate(byteCount: Int(Self.size), alignment: 8)
  }

  deinit { memory.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: memory)) }

  func load(_ width: AccessWidth, _ place: UInt64) throws -> UInt64? {
    guard place >= address, place < address + Self.size else { return nil }
    let offset = place - address
    let field = try field(offset & ~3)
    switch width {
    case .byte: return field >> (8 * (offset & 3)) & 0xff
    case .half: return field >> (8 * (offset & 3)) & 0xffff
    case .word: return field
    case .double: throw Bytecode.Failure("reads two fields of the context at once")
    }
  }

  /// Places in a packet are whole addresses, as the kernel gives them to programs that ask for 32 bits.
  private func field(_ offset: UInt64) throws -> UInt64 {
    switch offset {
    case 0: UInt64(packet.length)
    case 8: UInt64(packet.mark)
    case 16: UInt64(packet.etherType)
    case 20: packet.hasVLANTag ? 1 : 0
    case 36: UInt64(packet.arrivalInterface)
    case 40: UInt64(packet.interfaceIndex)
    case 76: UInt64(UInt(bitPattern: packet.start))
    case 80: UInt64(UInt(bitPattern: packet.end))
    case 176: UInt64(packet.segmentSize)
    default: throw Bytecode.Failure("reads the context at byte \(offset)")
    }
  }

  func store(_ width: AccessWidth, _ place: UInt64, _ value: UInt64) throws -> Bool {
    guard place >= address, place < address + Self.size else { return false }
    guard place == address + 8, width == .word else {
      throw Bytecode.Failure("writes the context at byte \(place - address)")
    }
    packet.mark = UInt32(truncatingIfNeeded: value)
    return true
  }
}

/// Of a program of type `syscall`: whatever its caller hands it, here one word.
final class WordInput: ProgramInput {
  private let memory: UnsafeMutablePointer<UInt32>

  init(_ word: UInt32) {
    memory = .allocate(capacity: 1)
    memory.initialize(to: word)
  }

  deinit { memory.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: memory)) }
  func load(_: AccessWidth, _: UInt64) -> UInt64? { nil }
  func store(_: AccessWidth, _: UInt64, _: UInt64) -> Bool { false }
}

/// `struct bpf_sock_addr` (linux/bpf.h): memory like any other here.
final class SocketInput: ProgramInput {
  let socket: SimulatedSocketAddress
  private let memory: UnsafeMutableRawPointer

  init(_ socket: SimulatedSocketAddress) {
    self.socket = socket
    memory = .allocate(byteCount: 72, alignment: 8)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 72)
    memory.storeBytes(of: socket.address4, toByteOffset: 4, as: IPv4Address.self)
    memory.storeBytes(of: socket.address6, toByteOffset: 8, as: IPv6Address.self)
    memory.storeBytes(of: UInt32(socket.port.rawValue), toByteOffset: 24, as: UInt32.self)
    memory.storeBytes(of: socket.proto, toByteOffset: 36, as: UInt32.self)
  }

  deinit { memory.deallocate() }

  /// Tells the socket what the program has written.
  func finish() {
    socket.address4 = memory.loadUnaligned(fromByteOffset: 4, as: IPv4Address.self)
    socket.address6 = memory.loadUnaligned(fromByteOffset: 8, as: IPv6Address.self)
    socket.port = BigEndian16(
      rawValue: UInt16(truncatingIfNeeded: memory.loadUnaligned(fromByteOffset: 24, as: UInt32.self)))
  }

  var address: UInt64 { UInt64(UInt(bitPattern: memory)) }
  func load(_: AccessWidth, _: UInt64) -> UInt64? { nil }
  func store(_: AccessWidth, _: UInt64, _: UInt64) -> Bool { false }
}
