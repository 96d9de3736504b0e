import BPFInterpreter
import EBPF
import KernelRuntime

/// Runs programs of the compiled object: maps, clock, packets and helpers are those of the simulated kernel that it runs in.
final class Interpreter: InstructionRunner {
  let kernel: SimulatedKernel

  init(_ program: Bytecode.Program, in kernel: SimulatedKernel, on input: any ProgramInput) {
    self.kernel = kernel
    super.init(program.instructions, on: input)
  }

  override func help(_ number: Int32, _ arguments: [UInt64]) throws -> UInt64 { try answer(number, arguments) }
}
