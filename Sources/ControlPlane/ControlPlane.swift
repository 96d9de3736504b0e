/// The embedded API server.
public enum ControlPlane {}
