import BPFInterpreter
import EBPF
import KernelRuntime

/// Runs programs of the compiled object: maps, clock, packets and helpers are those of the simulated kernel that it runs in.
final class Interpreter: InstructionRunner {
  let kernel: SimulatedKernel
  /// Where tail calls find other programs.
  let bytecode: Bytecode?

  init(
    _ program: Bytecode.Program, of bytecode: Bytecode? = nil, in kernel: SimulatedKernel, on input: any ProgramInput
  ) {
    self.kernel = kernel
    self.bytecode = bytecode
    super.init(program.instructions, on: input)
  }

  override func help(_ number: Int32, _ arguments: [UInt64]) throws -> UInt64 { try answer(number, arguments) }
}
