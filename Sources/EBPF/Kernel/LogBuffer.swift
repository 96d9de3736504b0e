/// Loads first without a log, and only after a refusal again with one: a log makes the verifier several times slower.
enum LogBuffer {
  struct Failure: Error {
    let errno: Errno
    let log: String
  }

  /// Runs `load` without a buffer, or when it fails (or `keepsLog`) with one that grows until the log fits.
  static func run(
    size: Int = 32, keepsLog: Bool = false,
    _ load: (NativeBuffer?, inout Attributes) throws(Errno) -> Descriptor
  ) throws(Failure) -> (descriptor: Descriptor, log: String) {
    if !keepsLog {
      var attributes = Attributes(size: size)
      if let descriptor = try? load(nil, &attributes) { return (descriptor, "") }
    }
    var capacity = 1 << 16
    while true {
      let log = NativeBuffer(count: capacity)
      var attributes = Attributes(size: size)
      do throws(Errno) {
        return (try load(log, &attributes), log.string)
      } catch {
        guard error == .noSpace, capacity < largest else { throw Failure(errno: error, log: log.string) }
        capacity *= 8
      }
    }
  }

  /// UINT_MAX >> 2 is the kernel's limit; no real log comes near this one.
  private static let largest = 1 << 28
}
