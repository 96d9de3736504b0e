/// The Kubernetes and Calico kinds in use.
public enum CalicoAPI {}
