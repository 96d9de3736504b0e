import EBPF
import Glibc

/// Loads, runs and attaches every program on the kernel that it is started on, and says how that went.
///
/// `kernel-check policies` looks at policies alone, which takes seconds even where a CPU is emulated.
///
/// Made for a guest that has nothing but this binary: prints a line a check, and a last line that the host looks for.
@main enum KernelCheck {
  static func main() {
    let version = KernelVersion.running.map { "\($0)" } ?? "unknown"
    print("kernel \(version)")
    var report = Report()
    PolicyCheck.run(&report)
    if CommandLine.arguments.dropFirst().elementsEqual(["policies"]) { finish(report) }
    FeatureCheck.run(&report)
    if let datapath = DatapathCheck.run(&report) {
      AttachCheck.run(datapath, &report)
      SocketCheck.run(datapath, &report)
      PairCheck.run(datapath, &report)
      UplinkCheck.run(datapath, &report)
      SCTPCheck.run(datapath, &report)
    }
    finish(report)
  }

  private static func finish(_ report: Report) -> Never {
    print(report.conclusion)
    exit(report.failures == 0 ? 0 : 1)
  }
}

/// What was checked, told line by line.
struct Report {
  private(set) var passes = 0
  private(set) var failures = 0

  /// Runs `body`; its result goes behind the check's name, an error behind `FAIL`.
  mutating func check(_ name: String, _ body: () throws -> String) {
    do {
      let result = try body()
      passes += 1
      print("pass  \(name)\(result.isEmpty ? "" : ": \(result)")")
    } catch {
      failures += 1
      print("FAIL  \(name): \(error)")
    }
    fflush(nil)
  }

  /// `APUS-KERNEL-CHECK` and a verdict; nothing was right unless something was checked.
  var conclusion: String {
    let verdict = failures == 0 && passes > 0 ? "passed" : "failed"
    return "APUS-KERNEL-CHECK \(verdict) (\(passes) passed, \(failures) failed)"
  }
}

/// Something is not as it must be.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func expect<T: Equatable>(_ what: String, _ found: T, _ wanted: T) throws(Unexpected) {
  guard found == wanted else { throw Unexpected("\(what) is \(found), wanted \(wanted)") }
}
