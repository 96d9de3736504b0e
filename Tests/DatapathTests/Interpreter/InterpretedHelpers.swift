import BPFInterpreter
import DataplaneABI
import Datapath
import EBPF

@testable import KernelRuntime

/// The helpers that programs call, by number (`enum bpf_func_id`, linux/bpf.h).
private enum HelperNumber: Int32 {
  case mapLookUp = 1
  case mapUpdate = 2
  case mapDelete = 3
  case time = 5
  case random = 7
  case storeBytes = 9
  case l4ChecksumReplace = 11
  case tailCall = 12
  case cloneRedirect = 13
  case redirect = 23
  case loadBytes = 26
  case changeTail = 38
  case pullData = 39
  case csumUpdate = 40
  case changeHead = 43
  case socketCookie = 46
  case adjustRoom = 50
  case fibLookUp = 69
  case lookUpTCP = 84
  case lookUpUDP = 85
  case release = 86
  case namespaceCookie = 122
  case redirectNeighbour = 152
  case redirectPeer = 155
  case coarseTime = 160
  case forEachElement = 164
  case loop = 181
  case setReturnValue = 187
}

extension Interpreter {
  /// Calls the helper of that number in the simulated kernel, arguments and result as they are in registers.
  func answer(_ number: Int32, _ arguments: [UInt64]) throws -> UInt64 {
    guard let helper = HelperNumber(rawValue: number) else { throw Bytecode.Failure("helper \(number) is not known") }
    switch helper {
    case .mapLookUp, .mapUpdate, .mapDelete, .forEachElement: return try useMap(helper, arguments)
    case .time: return Kernel.exactNow()
    case .coarseTime: return Kernel.now()
    case .random: return UInt64(Kernel.random())
    case .redirect, .redirectNeighbour, .redirectPeer, .cloneRedirect: return try redirect(helper, arguments)
    case .storeBytes, .loadBytes, .changeTail, .changeHead, .pullData, .l4ChecksumReplace, .csumUpdate, .adjustRoom:
      return try useBuffer(helper, arguments)
    case .lookUpTCP, .lookUpUDP, .release: return try lookUpSocket(helper, arguments)
    case .fibLookUp: return try lookUpRoute(arguments)
    case .socketCookie, .namespaceCookie, .setReturnValue: return try useSocket(helper, arguments)
    case .tailCall: return try tailCall(UInt32(truncatingIfNeeded: arguments[2]))
    case .loop: return try loop(UInt32(truncatingIfNeeded: arguments[0]), arguments[1], arguments[2])
    }
  }

  /// Goes on to the program in a slot, past the simulated policies on the way there. Comes back only if there is none.
  private func tailCall(_ slot: UInt32) throws -> UInt64 {
    kernel.calls.append(.tailCall)
    if let next = bytecode?.program(at: slot) { throw NextProgram(next.instructions) }
    var first: UInt32 = 0
    let key = withUnsafeBytes(of: &first) { Array($0) }
    guard let state = DatapathMaps.all.first(where: { $0.name == MapName.policyQuestion }),
      let question = kernel.storage(state).lookup(key)?.assumingMemoryBound(to: PolicyQuestion.self),
      let policy = kernel.policies[slot]
    else { return result(-2) }
    // A policy reads the question by a look-up.
    kernel.calls.append(.lookup(MapName.policyQuestion))
    let allows = policy(&question.pointee)
    _ = try tailCall(question.pointee.answered(allows))
    return try tailCall(question.pointee.missing())
  }

  /// `count` turns at most.
  private func loop(_ count: UInt32, _ body: UInt64, _ state: UInt64) throws -> UInt64 {
    let start = try Bytecode.callback(at: body)
    for turn in 0..<count where try call(start, [UInt64(turn), state]) != 0 { return UInt64(turn) + 1 }
    return UInt64(count)
  }

  // MARK: Maps

  private func useMap(_ helper: HelperNumber, _ arguments: [UInt64]) throws -> UInt64 {
    let definition = try Bytecode.map(at: arguments[0])
    let storage = kernel.storage(definition)
    if helper == .forEachElement { return try forEach(storage, arguments) }
    let key = Array(UnsafeRawBufferPointer(start: try Self.memory(arguments[1]), count: definition.keySize))
    switch helper {
    case .mapLookUp:
      kernel.calls.append(.lookup(definition.name))
      return UInt64(UInt(bitPattern: storage.lookup(key)))
    case .mapUpdate:
      kernel.calls.append(.update(definition.name))
      let value = UnsafeRawPointer(try Self.memory(arguments[2]))
      return result(storage.update(key, value, UpdateMode(rawValue: arguments[3])).rawValue)
    default:
      kernel.calls.append(.delete(definition.name))
      return result(storage.delete(key).rawValue)
    }
  }

  private func forEach(_ storage: MapStorage, _ arguments: [UInt64]) throws -> UInt64 {
    kernel.calls.append(.forEach(storage.definition.name))
    let visitor = try Bytecode.callback(at: arguments[1])
    var seen: UInt64 = 0
    var outcome: Result<UInt64, any Error> = .success(0)
    storage.forEach { key, value in
      seen += 1
      let places = [UInt64(UInt(bitPattern: key)), UInt64(UInt(bitPattern: value))]
      outcome = Result { try call(visitor, [arguments[0]] + places + [arguments[2]]) }
      if case .success(0) = outcome { return true }
      return false
    }
    _ = try outcome.get()
    return seen
  }

  private func result(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }

  /// 0, or an error that no program looks at more closely.
  private func result(_ done: Bool) -> UInt64 { result(done ? 0 : -22) }

  // MARK: Packets

  private func packetInput() throws -> PacketInput {
    guard let packet = input as? PacketInput else { throw Bytecode.Failure("a helper for packets, without a packet") }
    return packet
  }

  private func useBuffer(_ helper: HelperNumber, _ arguments: [UInt64]) throws -> UInt64 {
    let buffer = SocketBuffer(try packetInput().packet)
    let number = UInt32(truncatingIfNeeded: arguments[1])
    switch helper {
    case .changeTail: return result(buffer.resize(number))
    case .changeHead: return result(buffer.prepend(number))
    case .pullData: return result(buffer.pull(number))
    case .adjustRoom:
      let room = Int32(truncatingIfNeeded: arguments[1])
      guard arguments[2] == 1 else { throw Bytecode.Failure("room elsewhere than after the link header") }
      return result(
        room < 0 ? buffer.closeRoom(0 &- room) : buffer.makeRoom(room, RoomFlags(rawValue: arguments[3])))
    case .csumUpdate:
      buffer.adjustWholeSum(by: number)
      return 0
    case .l4ChecksumReplace:
      let flags = L4ChecksumFlags(rawValue: arguments[4])
      return result(buffer.adjustL4Checksum(at: Int(number), by: UInt16(truncatingIfNeeded: arguments[3]), flags))
    default:
      guard number == 0 else { throw Bytecode.Failure("copies from byte \(number) on") }
      let (place, length) = (try Self.memory(arguments[2]), UInt32(truncatingIfNeeded: arguments[3]))
      return result(
        helper == .loadBytes ? buffer.read(length, into: place) : buffer.write(length, from: place))
    }
  }

  private func redirect(_ helper: HelperNumber, _ arguments: [UInt64]) throws -> UInt64 {
    let first = UInt32(truncatingIfNeeded: arguments[0])
    switch helper {
    case .redirectPeer: return verdict(Kernel.redirect(toPeerOf: first))
    case .redirectNeighbour:
      let neighbour = try Self.memory(arguments[1]).assumingMemoryBound(to: Neighbour.self)
      return verdict(Kernel.redirect(to: neighbour, over: first))
    case .cloneRedirect:
      SocketBuffer(try packetInput().packet).sendCopy(into: UInt32(truncatingIfNeeded: arguments[1]))
      return 0
    default:
      // BPF_F_INGRESS
      return verdict(arguments[1] == 1 ? Kernel.redirect(into: first) : Kernel.redirect(outOf: first))
    }
  }

  private func verdict(_ verdict: Verdict) -> UInt64 { result(Int(verdict.rawValue)) }

  private func lookUpSocket(_ helper: HelperNumber, _ arguments: [UInt64]) throws -> UInt64 {
    if helper == .release { return 0 }
    let buffer = SocketBuffer(try packetInput().packet)
    let tuple = try Self.memory(arguments[1])
    let proto = helper == .lookUpTCP ? IPProtocolNumber.tcp : IPProtocolNumber.udp
    let isThere =
      Int(arguments[2]) == MemoryLayout<Tuple<IPv4Address>>.size
      ? buffer.hasSocket(proto, tuple.assumingMemoryBound(to: Tuple<IPv4Address>.self))
      : buffer.hasSocket(proto, tuple.assumingMemoryBound(to: Tuple<IPv6Address>.self))
    return isThere ? 1 : 0
  }

  private func lookUpRoute(_ arguments: [UInt64]) throws -> UInt64 {
    let question = try Self.memory(arguments[1]).assumingMemoryBound(to: RouteQuestion.self)
    let flags = RouteQuestionFlags(rawValue: UInt32(truncatingIfNeeded: arguments[3]))
    return result(SocketBuffer(try packetInput().packet).ask(question, flags).rawValue)
  }

  // MARK: Sockets

  private func useSocket(_ helper: HelperNumber, _ arguments: [UInt64]) throws -> UInt64 {
    guard let socket = (input as? SocketInput)?.socket else {
      throw Bytecode.Failure("a helper for sockets, without a socket")
    }
    let context = SocketAddressContext(socket)
    switch helper {
    case .socketCookie:
      _ = context.cookie
      return socket.cookie
    case .namespaceCookie:
      _ = context.namespaceCookie
      return socket.namespaceCookie
    default:
      Kernel.fail(with: ErrorNumber(rawValue: 0 &- Int32(truncatingIfNeeded: arguments[0])))
      return 0
    }
  }
}
