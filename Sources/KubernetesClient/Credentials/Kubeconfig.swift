import FoundationEssentials
import Yams

/// A kubeconfig file, or several that complete each other: what an earlier one names, a later one cannot change.
public struct Kubeconfig: Sendable {
  private var currentContext: (name: String, file: String)?
  private var clusters: [String: Located<KubeconfigDocument.Cluster>] = [:]
  private var contexts: [String: Located<KubeconfigDocument.Context>] = [:]
  private var users: [String: Located<KubeconfigDocument.User>] = [:]
  private let files: String

  private struct Located<Value: Sendable>: Sendable {
    var value: Value
    var file: String
  }

  /// Reads the files at these paths, each of which must exist.
  public init(paths: [String]) throws(CredentialsError) {
    files = paths.joined(separator: ":")
    for path in paths {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw CredentialsError(file: path, problem: "cannot be read: does it exist, and may this user read it?")
      }
      try add(String(decoding: data, as: UTF8.self), file: path)
    }
  }

  /// Reads the text of one file; relative paths in it start at the folder of `file`.
  public init(text: String, file: String) throws(CredentialsError) {
    files = file
    try add(text, file: file)
  }

  private mutating func add(_ text: String, file: String) throws(CredentialsError) {
    guard !text.trimmedOfWhitespace.isEmpty else { throw CredentialsError(file: file, problem: "is empty") }
    let document: KubeconfigDocument
    do {
      document = try YAMLDecoder().decode(KubeconfigDocument.self, from: text)
    } catch {
      throw CredentialsError(file: file, problem: "is no kubeconfig: \(kubeconfigSentence(for: error))")
    }
    if currentContext == nil, let name = document.currentContext, !name.isEmpty { currentContext = (name, file) }
    for entry in document.clusters ?? [] where clusters[entry.name] == nil {
      clusters[entry.name] = Located(value: entry.cluster, file: file)
    }
    for entry in document.contexts ?? [] where contexts[entry.name] == nil {
      contexts[entry.name] = Located(value: entry.context, file: file)
    }
    for entry in document.users ?? [] where users[entry.name] == nil {
      users[entry.name] = Located(value: entry.user ?? .init(), file: file)
    }
  }

  /// The credentials of a context; nil means the current one.
  public func credentials(context: String? = nil) throws(CredentialsError) -> ClusterCredentials {
    guard let name = context ?? currentContext?.name else {
      throw CredentialsError(file: files, field: "current-context", problem: "is not set: set it or name a context")
    }
    guard let context = contexts[name] else {
      let known = contexts.keys.sorted().joined(separator: ", ")
      throw CredentialsError(
        file: files, field: "contexts", problem: "has no \"\(name)\"\(known.isEmpty ? "" : ": there is \(known)")")
    }
    let place = "contexts[\"\(name)\"].context"
    guard let clusterName = context.value.cluster, !clusterName.isEmpty else {
      throw CredentialsError(file: context.file, field: "\(place).cluster", problem: "is missing")
    }
    guard let cluster = clusters[clusterName] else {
      throw CredentialsError(
        file: context.file, field: "\(place).cluster", problem: "names \"\(clusterName)\", which is not in clusters")
    }
    var credentials = try KubeconfigCluster(value: cluster.value, name: clusterName, file: cluster.file).credentials()
    if let namespace = context.value.namespace, !namespace.isEmpty { credentials.namespace = namespace }
    guard let userName = context.value.user, !userName.isEmpty else { return credentials }
    guard let user = users[userName] else {
      throw CredentialsError(
        file: context.file, field: "\(place).user", problem: "names \"\(userName)\", which is not in users")
    }
    try KubeconfigUser(value: user.value, name: userName, file: user.file).apply(to: &credentials)
    return credentials
  }
}

private func kubeconfigSentence(for error: any Error) -> String {
  guard case DecodingError.dataCorrupted(let context) = error, let error = context.underlyingError as? YamlError else {
    return sentence(for: error)
  }
  // "2:8: error: parser: ..." and then lines that point at the place.
  return "\(error)".split(whereSeparator: \.isNewline).first.map(String.init) ?? "bad YAML"
}
