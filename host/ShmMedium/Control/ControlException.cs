namespace ShmWifi.ShmMedium.Control;

/// <summary>A request that is refused.</summary>
#pragma warning disable CA1032 // Without a status and errors it would say nothing.
internal sealed class ControlException(int status, string detail, params IReadOnlyList<FieldError> errors) : Exception(detail)
#pragma warning restore CA1032
{
    /// <summary>HTTP's.</summary>
    public int Status { get; } = status;

    /// <summary>What is wrong, field by field; may be empty.</summary>
    public IReadOnlyList<FieldError> Errors { get; } = errors;
}
