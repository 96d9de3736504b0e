/// List, watch, patch.
public enum KubernetesClient {}
