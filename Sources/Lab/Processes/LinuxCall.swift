import Glibc

/// System calls that Glibc wraps but Swift's import of it leaves out: looked up by name.
enum LinuxCall {
  private typealias Unshare = @convention(c) (Int32) -> Int32
  private typealias PidfdOpen = @convention(c) (Int32, UInt32) -> Int32
  private typealias PidfdSendSignal = @convention(c) (Int32, Int32, UnsafeRawPointer?, UInt32) -> Int32

  /// linux/sched.h.
  private static let newMountNamespace: Int32 = 0x0002_0000

  private static func symbol<Function>(_ name: String, _: Function.Type) throws(LabError) -> Function {
    guard let address = dlsym(nil, name) else {
      throw LabError("this C library has no \(name)()", advice: "Glibc 2.36 or later is needed.")
    }
    return unsafeBitCast(address, to: Function.self)
  }

  /// Gives the calling thread a mount table of its own (unshare(2)).
  static func leaveMountNamespace() throws(LabError) {
    let call = try symbol("unshare", Unshare.self)
    guard call(newMountNamespace) == 0 else { throw LabError("unshare(CLONE_NEWNS): \(errnoText())") }
  }

  /// A descriptor for a process that becomes readable when it ends (pidfd_open(2)); nil if there is no such process.
  static func openProcess(_ pid: Int32) throws(LabError) -> Int32? {
    let call = try symbol("pidfd_open", PidfdOpen.self)
    let descriptor = call(pid, 0)
    if descriptor >= 0 { return descriptor }
    guard errno == ESRCH else { throw LabError("pidfd_open(\(pid)): \(errnoText())") }
    return nil
  }

  /// Sends a signal to the process a descriptor stands for (pidfd_send_signal(2)); false if it has ended.
  static func signalProcess(_ descriptor: Int32, _ signal: Int32) throws(LabError) -> Bool {
    let call = try symbol("pidfd_send_signal", PidfdSendSignal.self)
    if call(descriptor, signal, nil, 0) == 0 { return true }
    guard errno == ESRCH else { throw LabError("pidfd_send_signal: \(errnoText())") }
    return false
  }
}

/// The text of `errno`, as strerror(3) has it.
func errnoText(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
