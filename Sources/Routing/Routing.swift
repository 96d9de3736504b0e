/// Which routes where.
public enum Routing {}
