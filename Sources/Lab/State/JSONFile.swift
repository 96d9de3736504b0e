import Foundation

/// A value kept as a JSON file that is always whole: written beside, then moved into place.
struct JSONFile<Value: Codable> {
  let path: String

  /// The value; nil if there is no such file.
  func load() throws(LabError) -> Value? {
    guard access(path, F_OK) == 0 else { return nil }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let decoder = JSONDecoder()
      decoder.dateDecodingStrategy = .iso8601
      return try decoder.decode(Value.self, from: data)
    } catch {
      throw LabError(
        "\(path) cannot be read: \(error)",
        advice: "Mend the file, or move it away and remove by hand what the lab left.")
    }
  }

  func save(_ value: Value) throws(LabError) {
    do {
      let encoder = JSONEncoder()
      encoder.dateEncodingStrategy = .iso8601
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(value).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw LabError("\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Removes the file if it is there.
  func remove() { unlink(path) }
}
