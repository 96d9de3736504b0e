import BPFCompiler
import Glibc

/// Whole lines to standard error, where SwiftPM takes diagnostics from.
func report(_ text: String) {
  let line = text.hasSuffix("\n") ? text : text + "\n"
  line.withCString { _ = write(STDERR_FILENO, $0, strlen($0)) }
}

var root: String?
do throws(CompilerError) {
  let arguments = try CommandLineArguments(Array(CommandLine.arguments.dropFirst()))
  if arguments.isHelp {
    print(CommandLineArguments.usage)
    exit(0)
  }
  root = arguments.request.root
  let driver = CompilerDriver(toolchain: try arguments.toolchain())
  for remark in try driver.compile(arguments.request) { report(remark.text(root: root)) }
} catch {
  report(error.text(root: root))
  exit(1)
}
