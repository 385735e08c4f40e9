namespace ShmWifi.Manual;

/// <summary>What a program's help says of one of its commands.</summary>
/// <param name="Name">As it is typed: "shm-medium ctl set link".</param>
internal sealed record CommandHelp(
    string Name,
    string Description,
    IReadOnlyList<ArgumentHelp> Arguments,
    IReadOnlyList<OptionHelp> Options,
    IReadOnlyList<CommandHelp> Commands)
{
    /// <summary>Its last word.</summary>
    public string Word => Name[(Name.LastIndexOf(' ') + 1)..];

    /// <summary>It, and all below it.</summary>
    public IEnumerable<CommandHelp> All => Commands.SelectMany(command => command.All).Prepend(this);

    /// <summary>What can follow it on the command line.</summary>
    public IEnumerable<WordHelp> Words =>
    [
        .. Commands.Select(command => new WordHelp(command.Word, command.Description)),
        .. Options.SelectMany(option => option.Names, (option, name) => new WordHelp(name, option.Description)),
    ];
}

/// <summary>A word that can stand on a command line.</summary>
internal sealed record WordHelp(string Word, string Description);

/// <summary>What help says of an argument.</summary>
internal sealed record ArgumentHelp(string Name, string Description, bool IsOptional, bool IsRepeated);

/// <summary>What help says of an option.</summary>
/// <param name="Names">All of its names, with their hyphens.</param>
/// <param name="Value">What its value is called; null: it has none.</param>
/// <param name="Choices">The values that are allowed; empty: there is no list of them.</param>
internal sealed record OptionHelp(IReadOnlyList<string> Names, string? Value, IReadOnlyList<string> Choices, string Description);
