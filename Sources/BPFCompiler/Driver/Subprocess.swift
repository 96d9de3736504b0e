import Glibc

/// Runs a tool to its end and keeps what it says.
enum Subprocess {
  struct Result {
    /// The exit status; 128 + signal for a tool that was killed.
    var status: Int32
    /// Standard output and standard error as they came.
    var output: String

    var succeeded: Bool { status == 0 }
  }

  /// `folder` is where the tool runs.
  static func run(_ tool: String, _ arguments: [String], in folder: String) throws(CompilerError) -> Result {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .toolchain("no pipe to \(tool): \(text(of: errno))") }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    _ = addChangeOfFolder(&actions, folder)
    var words: [UnsafeMutablePointer<CChar>?] = ([tool] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, tool, &actions, nil, &words, environ)
    close(ends[1])
    guard failure == 0 else { throw .toolchain("\(tool) cannot be started: \(text(of: failure))") }
    let output = drain(ends[0])
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return Result(status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: output)
  }

  private static func drain(_ descriptor: Int32) -> String {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return String(decoding: result, as: UTF8.self) }
      result.append(contentsOf: buffer[..<count])
    }
  }

  private static func text(of error: Int32) -> String { String(cString: strerror(error)) }
}

/// `posix_spawn_file_actions_addchdir_np` of glibc 2.29, which the Glibc module does not show without _GNU_SOURCE.
@_silgen_name("posix_spawn_file_actions_addchdir_np")
private func addChangeOfFolder(
  _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ path: UnsafePointer<CChar>
) -> Int32
