namespace L4Balancer.Config;

/// <summary>What ends an ejection.</summary>
public enum Reinstatement
{
    /// <summary>Its time. The default.</summary>
    Time,

    /// <summary>The first good probe once its time has passed.</summary>
    Probe,
}
