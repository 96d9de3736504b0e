import EBPF

/// A program at a hook, until this goes.
final class Attached: Sendable {
  private let link: EBPF.Link

  init(_ datapath: Datapath, _ program: String, _ index: UInt32, _ hook: TrafficControl.Hook) throws {
    link = try TrafficControl.attach(try datapath.object.program(program), interface: index, hook)
  }
}
