import Glibc
import Netlink

/// The walls around a process of the lab: a network namespace, a control group, its own /etc/hosts.
///
/// `ip netns exec` would hide the control groups and the pins, so the lab enters by itself.
public struct Enclosure: Hashable, Sendable {
  /// The name of the network namespace; nil for the caller's own.
  public var namespace: String?
  /// The control group to join; nil for the caller's own.
  public var controlGroup: String?
  /// What is to be seen as /etc/hosts; nil for the machine's own.
  public var hostsFile: String?

  public init(namespace: String? = nil, controlGroup: String? = nil, hostsFile: String? = nil) {
    self.namespace = namespace
    self.controlGroup = controlGroup
    self.hostsFile = hostsFile
  }

  /// Enters, then becomes `command`. Comes back only with an error.
  ///
  /// - Parameter environment: the whole environment, "NAME=value"; its PATH is searched for the program.
  public func run(_ command: [String], environment: [String]) throws -> Never {
    let program = try Self.find(command.first ?? "", environment)
    if let controlGroup { try ControlGroup(path: controlGroup).join() }
    guard let namespace else { throw become(program, command, environment) }
    // One thread enters; when it becomes another program, it takes the place of the whole process.
    let failure = try NetworkNamespace(named: namespace).run { become(program, command, environment) }
    throw failure
  }

  private func become(_ program: String, _ command: [String], _ environment: [String]) -> LabError {
    do throws(LabError) {
      if let hostsFile { try cover("/etc/hosts", with: hostsFile) }
    } catch {
      return error
    }
    // A program that starts with signals blocked, as this process may have them, could not be ended by timeout(1).
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    _ = CommandVector.with(command) { argv in
      CommandVector.with(environment) { envp in execve(program, argv, envp) }
    }
    return LabError("\(program) cannot be run: \(errnoText())")
  }

  /// The file that a command's first word stands for.
  static func find(_ program: String, _ environment: [String]) throws(LabError) -> String {
    guard !program.isEmpty else { throw LabError("there is no command to run") }
    guard !program.contains("/") else { return program }
    let path = environment.last { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/sbin:/usr/bin:/sbin:/bin"
    for folder in path.split(separator: ":") where access("\(folder)/\(program)", X_OK) == 0 {
      return "\(folder)/\(program)"
    }
    throw LabError("there is no program \"\(program)\" in any of the folders \(path)")
  }

  /// Shows one file in place of another, to this thread and what it starts alone.
  private func cover(_ target: String, with source: String) throws(LabError) {
    guard access(source, F_OK) == 0, access(target, F_OK) == 0 else { return }
    try LinuxCall.leaveMountNamespace()
    // As a slave the new table still sees what is mounted later, but sends nothing back.
    guard mount("none", "/", nil, UInt(MS_REC | MS_SLAVE), nil) == 0 else {
      throw LabError("the mount table cannot be made private: \(errnoText())")
    }
    guard mount(source, target, nil, UInt(MS_BIND), nil) == 0 else {
      throw LabError("\(source) cannot be shown as \(target): \(errnoText())")
    }
  }
}
