/// The name of a lab: the first part of everything it creates outside its own folder.
///
/// It holds no dash, so that "NAME-" is never the beginning of what another lab made.
public struct LabName: Hashable, Sendable, LosslessStringConvertible {
  public let description: String

  /// The name of the lab that `bin/lab` runs unless told otherwise.
  public static let standard = LabName(unchecked: "apus")

  private init(unchecked text: String) { description = text }

  /// A lower-case letter, then up to eleven lower-case letters and digits; nil for anything else.
  public init?(_ text: String) {
    let letters = "a"..."z"
    guard let first = text.first, letters.contains(String(first)), text.utf8.count <= 12 else { return nil }
    guard text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) }) else { return nil }
    description = text
  }
}

extension LabName: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let name = LabName(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no name of a lab")
    }
    self = name
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
