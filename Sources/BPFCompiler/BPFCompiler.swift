/// Embedded Swift to a BPF object.
public enum BPFCompiler {}
