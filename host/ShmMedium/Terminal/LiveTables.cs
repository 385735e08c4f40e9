using Spectre.Console;
using Spectre.Console.Rendering;

namespace ShmWifi.ShmMedium.Terminal;

/// <summary>Shows tables again and again: in place on a terminal, else as one block after another.</summary>
internal static class LiveTables
{
    /// <summary>Shows what <paramref name="next"/> returns, until it returns null.</summary>
    /// <param name="next">Waits for the next tables; null: the end.</param>
    public static void Run(IAnsiConsole console, Func<IRenderable?> next)
    {
        if (console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi)
        {
            console.Live(new Text("")).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).Start(context =>
            {
                while (next() is { } tables)
                {
                    context.UpdateTarget(tables);
                    context.Refresh();
                }
            });
            return;
        }
        while (next() is { } tables)
            console.Write(tables);
    }
}
