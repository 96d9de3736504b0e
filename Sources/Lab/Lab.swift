/// A cluster of network namespaces.
public enum Lab {}
