/// A helper function of the kernel, by its number in `__BPF_FUNC_MAPPER` (linux/bpf.h). Those in use have names.
public struct Helper: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let mapLookUp = Helper(rawValue: 1)
  public static let mapUpdate = Helper(rawValue: 2)
  public static let mapDelete = Helper(rawValue: 3)
  public static let monotonicTime = Helper(rawValue: 5)
  public static let tracePrintk = Helper(rawValue: 6)
  public static let randomNumber = Helper(rawValue: 7)
  public static let storeBytes = Helper(rawValue: 9)
  public static let tailCall = Helper(rawValue: 12)
  public static let redirect = Helper(rawValue: 23)
  public static let loadBytes = Helper(rawValue: 26)
  public static let fibLookUp = Helper(rawValue: 69)
  public static let ringBufferOutput = Helper(rawValue: 130)
  public static let redirectNeighbour = Helper(rawValue: 152)
  public static let redirectPeer = Helper(rawValue: 155)
  public static let setReturnValue = Helper(rawValue: 187)
  public static let loop = Helper(rawValue: 181)
}
