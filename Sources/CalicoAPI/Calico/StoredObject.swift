import FoundationEssentials

extension CalicoObject where Group == CustomProjectCalico {
  /// The object as Calico's API server would show it.
  ///
  /// Calico keeps what the user wrote as metadata, labels above all, in an annotation of the stored object. Where there is none
  /// the stored object's own metadata counts: somebody wrote it without Calico.
  public var asServed: CalicoObject<Definition, ProjectCalico> {
    var shown = metadata
    if let text = shown.annotations.removeValue(forKey: Self.metadataAnnotation),
      let written = try? JSONDecoder().decode(ObjectMeta.self, from: Data(text.utf8))
    {
      shown.labels = written.labels
      shown.annotations = written.annotations
      // Of policies the name too: older releases store them under another.
      if !written.name.isEmpty { shown.name = written.name }
    }
    return CalicoObject<Definition, ProjectCalico>(metadata: shown, spec: spec)
  }

  private static var metadataAnnotation: String { "projectcalico.org/metadata" }
}
