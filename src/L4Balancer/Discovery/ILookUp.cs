namespace L4Balancer.Discovery;

/// <summary>Looks up one name. One call at a time.</summary>
internal interface ILookUp
{
    /// <summary>Looks once; what goes wrong is in the answer.</summary>
    public Task<LookUpAnswer> LookAsync(CancellationToken cancellationToken);
}
