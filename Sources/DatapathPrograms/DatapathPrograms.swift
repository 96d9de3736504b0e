/// The entry points, one file a hook, and the compiled object.
public enum DatapathPrograms {}
