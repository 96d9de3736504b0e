/// The command line of `bpfc`.
public struct CommandLineArguments: Sendable {
  public private(set) var request = CompileRequest(object: "", root: "", sources: [], workFolder: "")
  public private(set) var isHelp = false
  private var swiftc: String?
  private var clang: String?
  private var objcopy: String?

  public static let usage = """
    bpfc: Embedded Swift to a BPF object

    bpfc -o object.o --root folder [options] source.swift ...

      -o FILE                   the object to write
      --root FOLDER             the package; file names in the object are relative to it (default: this folder)
      --work FOLDER             for intermediate files (default: the object's name with .work)
      --module NAME             a module that sources may import although all are one module here; repeatable
      -I FOLDER                 a folder with a module map, and stub headers in stub/; repeatable
      --embed PROPERTY FILE     also write a Swift source with the bytes as EmbeddedObject.PROPERTY
      --keep-ir                 leave the IR after each pass in the work folder
      --swiftc, --clang, --objcopy FILE   tools to use instead of those of the toolchain on the PATH
    """

  public init(_ arguments: [String]) throws(CompilerError) {
    var rest = arguments[...]
    func value(_ option: String) throws(CompilerError) -> String {
      guard let value = rest.popFirst() else { throw .usage("\(option) needs a value; bpfc --help lists the options") }
      return value
    }
    while let word = rest.popFirst() {
      switch word {
      case "-h", "--help": isHelp = true
      case "-o": request.object = Files.absolute(try value(word))
      case "--root": request.root = try value(word)
      case "--work": request.workFolder = Files.absolute(try value(word))
      case "--module": request.modules.append(try value(word))
      case "-I": request.headerFolders.append(Files.absolute(try value(word)))
      case "--embed":
        let property = try value(word)
        request.embedding = .init(path: Files.absolute(try value(word)), property: property)
      case "--keep-ir": request.keepsIR = true
      case "--swiftc": swiftc = try value(word)
      case "--clang": clang = try value(word)
      case "--objcopy": objcopy = try value(word)
      case _ where word.hasPrefix("-"): throw .usage("\(word) is not an option; bpfc --help lists them")
      default: request.sources.append(Files.absolute(word))
      }
    }
    guard !isHelp else { return }
    try complete()
  }

  /// The tools, found as the command line says.
  public func toolchain() throws(CompilerError) -> Toolchain {
    try Toolchain.find(swiftc: swiftc, clang: clang, objcopy: objcopy)
  }

  private mutating func complete() throws(CompilerError) {
    guard !request.object.isEmpty else { throw .usage("say with -o which object to write") }
    guard !request.sources.isEmpty else { throw .usage("no Swift source was named") }
    let root = request.root.isEmpty ? "." : request.root
    guard let resolved = Files.resolved(root) else { throw .usage("there is no folder \(root) for --root") }
    request.root = resolved
    if request.workFolder.isEmpty { request.workFolder = request.object + ".work" }
  }
}
