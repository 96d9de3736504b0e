/// BTF in the kernel.
enum LoadedTypes {
  static func load(_ btf: BTF, name: String) throws(KernelError) -> Descriptor {
    do {
      return try LogBuffer.run { (log, attributes) throws(Errno) in
        if let log {
          attributes.set(log, at: 8)
          attributes.set(UInt32(log.count), at: 20)
          attributes.set(UInt32(1), at: 24)
        }
        let bytes = btf.encoded
        attributes.set(NativeBuffer(bytes), at: 0)
        attributes.set(UInt32(bytes.count), at: 16)
        return try attributes.open(.btfLoad)
      }.descriptor
    } catch {
      throw KernelError("load", "BTF of \(name)", errno: error.errno, log: VerifierLog(error.log))
    }
  }
}
