import Glibc

/// A command that is to run in the background, on its own, with its output in a log file.
public struct DetachedProcess: Hashable, Sendable {
  /// Absolute path of the program.
  public var program: String
  public var arguments: [String]
  /// The whole environment, "NAME=value".
  public var environment: [String]
  /// Receives standard output and standard error, after what it holds already.
  public var log: String

  public init(program: String, arguments: [String], environment: [String], log: String) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.log = log
  }

  /// POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK and POSIX_SPAWN_SETSID (spawn.h).
  private static let flags: Int16 = 0x04 | 0x08 | 0x80

  /// Starts the command in a session of its own: a Ctrl-C at the terminal does not reach it.
  public func start() throws(LabError) -> ProcessIdentity {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.flags)
    var everySignal = sigset_t()
    sigfillset(&everySignal)
    posix_spawnattr_setsigdefault(&attributes, &everySignal)
    var noSignal = sigset_t()
    sigemptyset(&noSignal)
    posix_spawnattr_setsigmask(&attributes, &noSignal)

    var pid: pid_t = 0
    let result = CommandVector.with([program] + arguments) { argv in
      CommandVector.with(environment) { envp in posix_spawn(&pid, program, &actions, &attributes, argv, envp) }
    }
    guard result == 0 else { throw LabError("\(program) cannot be started: \(errnoText(result))") }
    guard let identity = ProcessIdentity(child: pid) else {
      throw LabError("/proc/\(pid)/stat cannot be read", advice: "Is /proc mounted?")
    }
    return identity
  }
}

/// Strings as the null-terminated array that exec(3) and posix_spawn(3) take.
enum CommandVector {
  static func with<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return (copies + [nil]).withUnsafeBufferPointer { buffer in
      // The array holds at least the nil at its end, so it has a base address.
      buffer.baseAddress.map(body) ?? withUnsafePointer(to: nil, body)
    }
  }
}
