/// What the kernel gives a program: contexts, typed maps, helpers, checksums.
public enum KernelRuntime {}
