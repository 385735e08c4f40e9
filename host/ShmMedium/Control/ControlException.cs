namespace ShmWifi.Medium.Control;

/// <summary>A request that is refused.</summary>
#pragma warning disable CA1032 // Without a status and errors it would say nothing.
internal sealed class ControlException(int status, string detail, params IReadOnlyList<FieldError> errors) : Exception(detail)
#pragma warning restore CA1032
{
    /// <summary>HTTP's.</summary>
    public int Status { get; } = status;

    /// <summary>What is wrong, field by field; may be empty.</summary>
    public IReadOnlyList<FieldError> Errors { get; } = errors;

    /// <summary>Methods that the resource has, for 405.</summary>
    public string? Allow { get; init; }
}

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Its path, such as <c>links[2].snrDb</c>; empty: the body as a whole.</param>
/// <param name="Message">What is wrong, and what is allowed.</param>
internal sealed record FieldError(string Field, string Message);
