/// bpf(2) in Swift.
public enum EBPF {}
