/// Desired state and kernel state.
public enum Dataplane {}
