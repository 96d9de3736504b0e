/// Refuses programs whose calls, one inside the other, take more stack than the kernel gives.
///
/// The kernel adds up the frames of each chain of calls, each rounded up to 32 bytes (16 where code is compiled to the
/// machine's, from 6.8 on; `check_max_stack_depth_subprog` in kernel/bpf/verifier.c), and allows 512 bytes and 8 frames.
struct StackCheck {
  let graph: CallGraph
  let sizes: StackSizes

  static let limit = 512
  static let frames = 8

  init(_ object: ELFObject) throws(CompilerError) {
    graph = try CallGraph(object)
    sizes = try StackSizes(object)
  }

  func diagnostics(functions: [String: SourceLocation]) -> [Diagnostic] {
    let programs = graph.functions.values.filter(\.isProgram).sorted { $0.name < $1.name }
    return programs.compactMap { program in
      let chain = deepest(from: program.start, above: [])
      let bytes = chain.reduce(0) { $0 + frame($1) }
      guard bytes > Self.limit || chain.count > Self.frames else { return nil }
      let names = chain.map { "\(graph.functions[$0]?.name ?? "?") \(frame($0))" }.joined(separator: " → ")
      let sentence =
        bytes > Self.limit
        ? "program \(program.name) needs \(bytes) bytes of stack, the kernel gives \(Self.limit)"
        : "program \(program.name) calls \(chain.count) functions deep, the kernel allows \(Self.frames)"
      return Diagnostic(.error, at: functions[program.name], "\(sentence): \(names)")
    }
  }

  /// The chain of calls that takes most stack, or is too long.
  private func deepest(from start: ELFObject.Place, above: [ELFObject.Place]) -> [ELFObject.Place] {
    let path = above + [start]
    guard path.count <= Self.frames, let function = graph.functions[start] else { return [start] }
    let below = function.callees.filter { !path.contains($0) }.map { deepest(from: $0, above: path) }
    let worst = below.max { (weight($0), $0.count) < (weight($1), $1.count) }
    return [start] + (worst ?? [])
  }

  private func weight(_ chain: [ELFObject.Place]) -> Int {
    chain.count > Self.frames ? Int.max : chain.reduce(0) { $0 + frame($1) }
  }

  private func frame(_ function: ELFObject.Place) -> Int { (max(sizes.sizes[function] ?? 0, 1) + 31) / 32 * 32 }
}
