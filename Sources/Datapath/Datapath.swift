/// The packet logic, generic over the IP family.
public enum Datapath {}
