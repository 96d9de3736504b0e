/// What to compile, and where things go.
public struct CompileRequest: Sendable {
  /// The object to write.
  public var object: String
  /// The package's folder. File names in the object and its debug information are relative to it.
  public var root: String
  /// All Swift sources; they become one module.
  public var sources: [String]
  /// Names that the sources may `import` although everything is one module here: their modules on the host.
  public var modules: [String] = []
  /// Folders with module maps.
  public var headerFolders: [String] = []
  /// A folder for intermediate files and the module cache.
  public var workFolder: String
  /// A Swift source to write that holds the object's bytes.
  public var embedding: Embedding?
  /// Whether the IR after each pass is left in the work folder.
  public var keepsIR = false

  public init(object: String, root: String, sources: [String], workFolder: String) {
    self.object = object
    self.root = root
    self.sources = sources
    self.workFolder = workFolder
  }

  /// Where the bytes go, and under which name Swift sees them.
  public struct Embedding: Sendable {
    public var path: String
    /// A property of `EmbeddedObject`.
    public var property: String

    public init(path: String, property: String) {
      self.path = path
      self.property = property
    }
  }
}
