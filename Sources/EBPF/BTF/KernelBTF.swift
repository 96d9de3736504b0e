import Synchronization

/// The running kernel's own BTF: 100,000 types and more, so that it is searched as bytes and never taken apart.
struct KernelBTF: Sendable {
  private let bytes: [UInt8]
  private let types: Range<Int>
  private let strings: Int

  /// Read once a process.
  static func shared() throws(KernelError) -> KernelBTF {
    if let known = cached.withLock({ $0 }) { return known }
    let kernel: KernelBTF
    do {
      kernel = try KernelBTF(SystemFile.read(path))
    } catch let error as Errno {
      throw KernelError("read", path, errno: error, fix: "The kernel must be built with CONFIG_DEBUG_INFO_BTF.")
    } catch {
      throw KernelError("read", path, detail: "\(error)")
    }
    cached.withLock { $0 = kernel }
    return kernel
  }

  init(_ bytes: [UInt8]) throws(ObjectError) {
    let reader = ByteReader(bytes: bytes, what: "the kernel's BTF")
    let header = try reader.size(UInt32.self, at: 4)
    let start = header + (try reader.size(UInt32.self, at: 8))
    types = try reader.range(at: start, count: try reader.size(UInt32.self, at: 12))
    let stringStart = header + (try reader.size(UInt32.self, at: 16))
    strings = try reader.range(at: stringStart, count: try reader.size(UInt32.self, at: 20)).lowerBound
    self.bytes = bytes
  }

  /// The number of the function `name`; nil when the kernel has none, or its BTF does not list it.
  func function(named name: String) -> BTFTypeID? {
    let wanted = Array(name.utf8) + [0]
    return bytes.withUnsafeBytes { raw in
      var offset = types.lowerBound
      var id: BTFTypeID = 1
      while offset + 12 <= types.upperBound {
        let info = raw.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        guard let kind = BTFKind(rawValue: info >> 24 & 0x1f) else { return nil }
        if kind == .function {
          let place = strings + Int(raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
          if place + wanted.count <= raw.count, raw[place..<place + wanted.count].elementsEqual(wanted) { return id }
        }
        offset += 12 + kind.trailingSize(Int(info & 0xffff))
        id += 1
      }
      return nil
    }
  }

  private static let path = "/sys/kernel/btf/vmlinux"
  private static let cached = Mutex<KernelBTF?>(nil)
}
