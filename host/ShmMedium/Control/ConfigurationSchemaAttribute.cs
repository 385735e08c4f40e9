namespace ShmWifi.ShmMedium.Control;

/// <summary>What a body or an answer is: a schema of the configuration file, or a part of one (<see cref="ConfigurationSchemas"/>).</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.ReturnValue)]
internal sealed class ConfigurationSchemaAttribute(string name) : Attribute
{
    /// <summary>In the components of the API's description.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it is an array of those.</summary>
    public bool IsList { get; init; }
}
